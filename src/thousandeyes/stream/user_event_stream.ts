import { streamOf } from "../../stream/stream_of.ts";
import { streamUserEvents } from "./stream_user_events.ts";
import type { StreamUserEventsOptions } from "./stream_user_events_options.ts";
import type { UserEvent } from "../event/user_event.ts";

/**
 * Reads the ThousandEyes activity log as a `ReadableStream` of the events that `streamUserEvents()`
 * yields. It can be cancelled at any time, also while it waits for the API or between two passes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { userEventStream } from "./user_event_stream.ts";
 *
 * const page = { auditEvents: [{ event: "Login failed." }, { event: "Report created." }] };
 * const stream = userEventStream({
 *   token: "made-up",
 *   fetch: () => Promise.resolve(Response.json(page)), // responds from memory; leave it out
 * });
 *
 * const failed = stream.pipeThrough(
 *   new TransformStream({
 *     transform: (event, controller) => {
 *       if (event.event === "Login failed.") controller.enqueue(event);
 *     },
 *   }),
 * );
 * assertEquals(await Array.fromAsync(failed), [{ event: "Login failed." }]);
 * ```
 *
 * @param options As for `streamUserEvents()`.
 * @returns A stream with a high-water mark of zero: no page is requested before it is needed.
 * @throws {TypeError | RangeError | SyntaxError} At the call, like `streamUserEvents()`.
 */
export function userEventStream(options: StreamUserEventsOptions): ReadableStream<UserEvent> {
  const { signal } = options;
  return streamOf((closing) =>
    streamUserEvents({
      ...options,
      signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
    })
  );
}

import { wholeSecond } from "../../stream/clock.ts";
import { identityOf } from "../event/event_identity.ts";
import type { InvalidUserEvent } from "../page/page.ts";
import { parseDate } from "../event/parse_date.ts";
import { readPass } from "./read_pass.ts";
import { readSortedPass } from "./read_sorted_pass.ts";
import { RecentEvents } from "./recent_events.ts";
import { planStream, type StreamPlan } from "./stream_plan.ts";
import type { StreamUserEventsOptions } from "./stream_user_events_options.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
import type { UserEvent } from "../event/user_event.ts";

/**
 * Reads the ThousandEyes activity log as an async iterator, page by page as it is consumed.
 *
 * A relative `window` is resolved to dates once, so a pass is closed: events published meanwhile do
 * not move it. It ends where the API sends no next link, and nowhere else. With `follow`, closed
 * passes follow one another, each looking back a little; events seen before are left out, and true
 * duplicates are kept. Where a page begins with the last event of the one before, one more request,
 * for that second alone, tells whether it is a duplicate or the same row shown again.
 *
 * An event that does not match the schema does not end the stream, unless `onInvalid` says so.
 * Temporary failures are retried; an error that the iterator throws is final, and ends the stream.
 *
 * `break` ends the iteration quietly. To stop it while it waits, pass a `signal`: `return()` cannot
 * reach a waiting iterator.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/}
 *
 * @example The last twelve hours
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { streamUserEvents } from "./stream_user_events.ts";
 *
 * const page = { auditEvents: [{ event: "Login failed.", user: "Ada (ada@example.org)" }] };
 * const events = streamUserEvents({
 *   token: "made-up",
 *   window: "12h",
 *   fetch: () => Promise.resolve(Response.json(page)), // responds from memory; leave it out
 * });
 *
 * const seen: unknown[] = [];
 * for await (const event of events) seen.push(event.event);
 * assertEquals(seen, ["Login failed."]);
 * ```
 *
 * @param options The token, the range, and how to read it; only the token is required.
 * @returns The events. Each page is requested when the first of its events is needed, not before.
 * @throws {TypeError} At the call, if options cannot be combined or one is invalid.
 * @throws {RangeError} At the call, if a number or the range is out of bounds.
 * @throws {SyntaxError} At the call, if a date or the window is invalid.
 */
export function streamUserEvents(
  options: StreamUserEventsOptions,
): AsyncGenerator<UserEvent, void, void> {
  return eventsOf(planStream(options));
}

async function* eventsOf(plan: StreamPlan): AsyncGenerator<UserEvent, void, void> {
  const { signal } = plan.options;
  // In batches up to here: per item, an async generator costs more than checking an event.
  for await (const events of passesOf(plan)) {
    for (const event of events) {
      yield event;
      signal?.throwIfAborted();
    }
  }
}

async function* passesOf(plan: StreamPlan): AsyncGenerator<UserEvent[], void, void> {
  const { options, clock, followMs, overlapMs } = plan;
  const recent = followMs === undefined ? undefined : new RecentEvents(plan.memoryLimit);
  let { range } = plan;
  const earliest = range?.start ?? 0; // no overlap reaches back beyond the requested range
  for (;;) {
    if (range !== undefined) recent?.begin(range, Math.max(earliest, range.end - overlapMs));
    const batches = options.order === "oldest" && range !== undefined
      ? readSortedPass(plan, range)
      : readPass(plan, range);
    for await (const { events, invalid } of batches) {
      for (const one of invalid) {
        if (recent?.isNew(`invalid ${JSON.stringify(one.value)}`, dateOf(one.value)) ?? true) {
          await report(one, options);
        }
      }
      yield recent === undefined
        ? events
        : events.filter((event) => recent.isNew(identityOf(event), dateOf(event)));
    }
    if (range === undefined || recent === undefined || followMs === undefined) return;
    const start = recent.finish();
    await clock.wait(followMs, options.signal);
    range = { start, end: Math.max(range.end, wholeSecond(clock.now())) };
  }
}

function dateOf(event: unknown): number | undefined {
  const date = (event as UserEvent | null)?.date;
  return typeof date === "string" ? parseDate(date) : undefined;
}

async function report(
  invalid: InvalidUserEvent,
  { onInvalid = "skip" }: StreamUserEventsOptions,
): Promise<void> {
  if (onInvalid === "throw") {
    const message = `Cannot read an audit event: ${invalid.issues.join("; ")}`;
    throw new ThousandEyesError("invalid_event", message, { cause: invalid });
  }
  if (onInvalid !== "skip") await onInvalid(invalid);
}

import { wholeSecond } from "../../stream/clock.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { identityOf } from "../event/event_identity.ts";
import type { InvalidUserEvent } from "../page/page.ts";
import { parseDate } from "../event/parse_date.ts";
import { waitToRetry } from "../page/retry_delay.ts";
import { type Batch, readPass } from "./read_pass.ts";
import { readSortedPass } from "./read_sorted_pass.ts";
import { RecentEvents } from "./recent_events.ts";
import { type DateRange, planStream, type StreamPlan } from "./stream_plan.ts";
import type { StreamUserEventsOptions } from "./stream_user_events_options.ts";
import { ThousandEyesError, type ThousandEyesErrorCode } from "../errors/thousand_eyes_error.ts";
import type { UserEvent } from "../event/user_event.ts";

/**
 * What a gateway, or a mistake of the API, may cause for a while; the others need a human. Errors
 * of single requests are retried where these are made.
 */
const PASSING: ReadonlySet<ThousandEyesErrorCode> = new Set([
  "expired_cursor",
  "unexpected_status",
  "redirect_refused",
  "wrong_shape",
  "malformed_link",
  "foreign_link",
  "templated_link",
  "repeated_cursor",
  "too_many_pages",
]);

/**
 * Reads the ThousandEyes activity log as an async iterator, page by page as it is consumed.
 *
 * A relative `window` is resolved to dates once, so a pass is closed: events published meanwhile do
 * not move it. It ends where the API sends no next link, and nowhere else. With `follow`, closed
 * passes follow one another, each looking back a little; events seen before are left out, and true
 * duplicates are kept. `checkpoint()` returns the place reached: pass it to another stream as
 * `from`, also in another process, to continue there. If a page begins with the last event of the
 * previous one, one more request, for that second only, shows whether it is a duplicate or the same
 * row again.
 *
 * An event that does not match the schema does not end the stream, unless `onInvalid` says so.
 * Temporary failures are retried, five times or, with `follow`, for a day, and `onRetry` is called
 * for each; an error that the iterator throws is final, and ends the stream.
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
 * @example Follow the log, and continue after a restart
 * ```ts ignore
 * import { streamUserEvents } from "@panoptes/user-events";
 *
 * const from = await Deno.readTextFile("place").catch(() => undefined);
 * const events = streamUserEvents({
 *   token: () => Deno.env.get("TE_TOKEN")!, // asked before every request, so it may change
 *   follow: true,
 *   ...(from === undefined ? { window: "12h" } : { from }),
 *   onRetry: ({ error, delayMs }) => console.warn(`${error.message}; again in ${delayMs} ms`),
 * });
 * for await (const { date, user, event } of events) {
 *   console.log(date, user, event);
 *   await Deno.writeTextFile("place", events.checkpoint());
 * }
 * ```
 *
 * @param options The token, the range, and how to read it; only the token is required.
 * @returns The events. Each page is requested when the first of its events is needed, not before.
 * @throws {TypeError} At the call, if options cannot be combined or one is invalid.
 * @throws {RangeError} At the call, if a number or the range is out of bounds.
 * @throws {SyntaxError} At the call, if a date or the window is invalid.
 */
export function streamUserEvents(options: StreamUserEventsOptions): UserEvents {
  const plan = planStream(options);
  const recent = plan.sorted && plan.range !== undefined
    ? new RecentEvents({
      limit: plan.memoryLimit,
      overlapMs: plan.overlapMs,
      keepFrom: plan.range.start,
      yielded: plan.from?.yielded ?? [],
    })
    : undefined;
  return Object.assign(eventsOf(plan, recent), {
    checkpoint(): string {
      if (recent === undefined) {
        throw new TypeError('Cannot make a checkpoint: it takes the order "oldest", or follow');
      }
      return writeCheckpoint({ log: plan.log, next: recent.next, yielded: recent.yielded });
    },
  });
}

/** The events that `streamUserEvents()` yields. */
export interface UserEvents extends AsyncGenerator<UserEvent, void, void> {
  /**
   * The place reached: after the event that was yielded last. Keep it when the event has been taken
   * care of, and give it to another stream as `from`: that one yields what follows, and late events
   * that this one has not seen, each once.
   *
   * @returns Opaque text: some kilobytes, as it names the events of the last `overlap`.
   * @throws {TypeError} If the order is "as-sent", which has no such place.
   */
  checkpoint(): string;
}

async function* eventsOf(
  plan: StreamPlan,
  recent: RecentEvents | undefined,
): AsyncGenerator<UserEvent, void, void> {
  const { options, clock, followMs } = plan;
  let { range } = plan;
  let failures = 0;
  let since = 0;
  for (;;) {
    if (range !== undefined) recent?.begin(range);
    try {
      // In batches up to here: per item, an async generator costs more than checking an event.
      for await (const { events, invalid, upTo = Infinity } of passOf(plan, range)) {
        for (const one of invalid) {
          const { value } = one;
          const isNew = recent?.isNew(`invalid ${JSON.stringify(value)}`, dateOf(value)) ?? true;
          if (isNew) await report(one, options);
        }
        for (const event of events) {
          if (recent !== undefined) {
            const at = dateOf(event);
            if (at !== undefined) recent.passed(Math.min(at, upTo));
            if (!recent.isNew(identityOf(event), at)) continue;
          }
          yield event;
          options.signal?.throwIfAborted();
        }
        recent?.passed(upTo);
        failures = 0;
      }
    } catch (error) {
      if (recent === undefined || range === undefined || followMs === undefined) throw error;
      if (!(error instanceof ThousandEyesError) || !PASSING.has(error.code)) throw error;
      if (error.retryable) throw error; // it was retried for as long as it may be
      if (failures === 0) since = clock.now();
      await waitToRetry(error, options, { attempt: ++failures, since, retryable: true });
      range = { start: recent.position, end: range.end };
      continue;
    }
    recent?.finish();
    if (recent === undefined || range === undefined || followMs === undefined) return;
    await clock.wait(followMs, options.signal);
    range = { start: recent.next, end: Math.max(range.end, wholeSecond(clock.now())) };
  }
}

function passOf(
  plan: StreamPlan,
  range: DateRange | undefined,
): AsyncGenerator<Batch, void, void> {
  return plan.sorted && range !== undefined ? readSortedPass(plan, range) : readPass(plan, range);
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

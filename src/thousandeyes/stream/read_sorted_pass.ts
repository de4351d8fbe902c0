import { wholeSecond } from "../../stream/clock.ts";
import type { DateRange, StreamPlan } from "./stream_plan.ts";
import type { InvalidUserEvent } from "../page/page.ts";
import { parseDate } from "../event/parse_date.ts";
import { type Batch, readPass } from "./read_pass.ts";
import { ThousandEyesError, type ThousandEyesErrorCode } from "../errors/thousand_eyes_error.ts";
import type { UserEvent } from "../event/user_event.ts";

/** What a shorter slice may avoid. */
const TOO_LONG: ReadonlySet<ThousandEyesErrorCode> = new Set(["too_many_pages", "expired_cursor"]);

interface Dated {
  readonly event: UserEvent;
  readonly at: number;
}

/**
 * Reads a closed pass from its oldest event to its newest, whatever the order of the API: in slices
 * of time, oldest first, each read to its end and sorted. A slice with more than `sortLimit` events
 * or `maxPages` pages, or with a cursor that expires, is abandoned for a shorter one; after a slice
 * with few events, the next is longer.
 *
 * @param plan How to read.
 * @param range The range of the pass.
 * @throws {ThousandEyesError} `too_many_events` if a single second has more than `sortLimit`, and
 * likewise `too_many_pages` and `expired_cursor`.
 */
export async function* readSortedPass(
  plan: StreamPlan,
  range: DateRange,
): AsyncGenerator<Batch, void, void> {
  let yieldedTo = -Infinity; // events up to this date have been yielded
  let start = range.start;
  let span = range.end - range.start;
  for (;;) {
    const end = Math.min(start + span, range.end);
    const slice = await readSlice(plan, { start, end }, yieldedTo);
    if (slice instanceof ThousandEyesError) {
      const minSpan = yieldedTo === -Infinity ? 0 : 1_000;
      if (end - start <= minSpan) throw slice;
      span = Math.max(minSpan, wholeSecond((end - start) / 4));
      continue;
    }
    yield { events: slice.dated.map(({ event }) => event), invalid: slice.invalid, upTo: end };
    if (end >= range.end) return;
    // Both ends are inclusive, and dates may have fractions: the next slice repeats this second, of
    // which an API that ignores fractions has shown everything.
    const last = slice.dated.findLast(({ at }) => at <= end + 999)?.at ?? end;
    yieldedTo = Math.max(end, last);
    start = end;
    if (slice.dated.length < plan.sortLimit / 8) span *= 4;
    span = Math.max(1_000, span);
  }
}

async function readSlice(
  plan: StreamPlan,
  range: DateRange,
  yieldedTo: number,
): Promise<{ dated: Dated[]; invalid: InvalidUserEvent[] } | ThousandEyesError> {
  const dated: Dated[] = [];
  const invalid: InvalidUserEvent[] = [];
  try {
    for await (const batch of readPass(plan, range)) {
      for (const event of batch.events) {
        const at = (event.date === undefined ? undefined : parseDate(event.date)) ?? range.end;
        if (at > yieldedTo) dated.push({ event, at });
      }
      invalid.push(...batch.invalid);
      if (dated.length + invalid.length > plan.sortLimit) {
        return tooMany(plan.sortLimit, range.end);
      }
    }
  } catch (error) {
    if (error instanceof ThousandEyesError && TOO_LONG.has(error.code)) return error;
    throw error;
  }
  // Sorting is stable. Of events in one second, the last one that the API sends is the oldest,
  // unless its dates ascend.
  const ascending = (dated[0]?.at ?? 0) < (dated.at(-1)?.at ?? 0);
  if (!ascending) dated.reverse();
  return { dated: dated.sort((one, other) => one.at - other.at), invalid };
}

function tooMany(limit: number, at: number): ThousandEyesError {
  const second = new Date(at).toISOString();
  return new ThousandEyesError(
    "too_many_events",
    `Cannot sort audit events: more than ${limit} in the second up to ${second}`,
  );
}

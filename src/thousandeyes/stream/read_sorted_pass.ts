import { wholeSecond } from "../../stream/clock.ts";
import type { DateRange, StreamPlan } from "./stream_plan.ts";
import type { InvalidUserEvent } from "../page/page.ts";
import { parseDate } from "../event/parse_date.ts";
import { type Batch, readPass } from "./read_pass.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
import type { UserEvent } from "../event/user_event.ts";

interface Dated {
  readonly event: UserEvent;
  readonly at: number;
}

/**
 * Reads a closed pass from its oldest event to its newest, whatever order the API sends: in slices of time,
 * oldest first, each read to its end and sorted. A slice that turns out to hold more than `sortLimit`
 * events is given up and made shorter; after one that holds few, the next is longer.
 *
 * @param plan How to read.
 * @param range The pass.
 * @throws {ThousandEyesError} `too_many_events` if a single second holds more than `sortLimit`.
 */
export async function* readSortedPass(
  plan: StreamPlan,
  range: DateRange,
): AsyncGenerator<Batch, void, void> {
  let given = -Infinity; // events up to this date have been given
  let start = range.start;
  let span = range.end - range.start;
  for (;;) {
    const end = Math.min(start + span, range.end);
    const slice = await readSlice(plan, { start, end }, given);
    if (slice === undefined) {
      const shortest = given === -Infinity ? 0 : 1_000;
      if (end - start <= shortest) throw tooMany(plan.sortLimit, end);
      span = Math.max(shortest, wholeSecond((end - start) / 4));
      continue;
    }
    yield { events: slice.dated.map(({ event }) => event), invalid: slice.invalid };
    if (end >= range.end) return;
    // Both ends are inclusive, and dates may have fractions: the next slice asks for this second again.
    given = end;
    start = end;
    if (slice.dated.length < plan.sortLimit / 8) span *= 4;
    span = Math.max(1_000, span);
  }
}

async function readSlice(
  plan: StreamPlan,
  range: DateRange,
  given: number,
): Promise<{ dated: Dated[]; invalid: InvalidUserEvent[] } | undefined> {
  const dated: Dated[] = [];
  const invalid: InvalidUserEvent[] = [];
  for await (const batch of readPass(plan, range)) {
    for (const event of batch.events) {
      const at = (event.date === undefined ? undefined : parseDate(event.date)) ?? range.end;
      if (at > given) dated.push({ event, at });
    }
    invalid.push(...batch.invalid);
    if (dated.length + invalid.length > plan.sortLimit) return undefined;
  }
  // Sorting is stable; of events in one second, the one that the API sends last is the oldest, unless its
  // dates rise.
  const rising = (dated[0]?.at ?? 0) < (dated.at(-1)?.at ?? 0);
  if (!rising) dated.reverse();
  return { dated: dated.sort((one, other) => one.at - other.at), invalid };
}

function tooMany(limit: number, at: number): ThousandEyesError {
  const second = new Date(at).toISOString();
  return new ThousandEyesError(
    "too_many_events",
    `Cannot sort audit events: more than ${limit} up to ${second}, in one second`,
  );
}

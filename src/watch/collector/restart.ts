import { wholeSecond } from "../../stream/clock.ts";
import { earlierNow } from "./api_clock.ts";
import { addCounts } from "./counts.ts";
import { type Diagnosis, type Failure, nextFailure } from "./failure.ts";
import type { PlannedRead } from "./plan.ts";
import { addSkipped } from "./skipped_ranges.ts";
import {
  type CollectorState,
  leaveSlice,
  MIN_SLICE_MS,
  type Range,
  type Reading,
  type ReadingKind,
  sliceMsOf,
  withReading,
} from "./state.ts";

/** After this many restarts a slice is halved. */
const MAX_RESTARTS = 3;
/** What was too large this often, and cannot be shorter, is skipped. */
const MAX_STUCK = 10;
/** The same for a page with too many bytes: it has them the next time too. */
const MAX_TOO_LARGE = 2;

/**
 * Restarts a slice, shorter if that may help. One that cannot be shorter is skipped in the end, so
 * that it does not block everything after it.
 *
 * @param read The reading, as it was planned.
 * @param diagnosis What was wrong.
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1).
 * @returns The state after it.
 */
export function restartSlice(
  { state, kind, reading }: PlannedRead,
  diagnosis: Diagnosis,
  now: number,
  random: () => number,
): CollectorState {
  const { pass } = reading;
  const before = state.failures[kind];
  const next = nextFailure(before, diagnosis, now, random);
  // A cursor that keeps failing may not live long enough for a slice of this length. The failures
  // in a row do not tell: one that a page has ended takes those before it along.
  const restarts = (reading.restarts ?? 0) + 1;
  const isStuck = diagnosis.remedy === "narrow" && pass.to - pass.from <= MIN_SLICE_MS;
  const stuck = (reading.stuck ?? 0) + (isStuck ? 1 : 0);
  const isShorter = reading.checks === null &&
    (diagnosis.remedy !== "restart" || Math.max(next.count, restarts) >= MAX_RESTARTS) &&
    pass.to - pass.from <= sliceMsOf(state, kind);
  const part = diagnosis.code.startsWith("too_many_") ? 16 : 2; // each such try takes many pages
  const shorter = Math.max(MIN_SLICE_MS, wholeSecond((pass.to - pass.from) / part));
  // A shorter range is a different request: it need not wait, and is not a second failure.
  const isOther = isShorter && diagnosis.remedy !== "restart" && shorter < pass.to - pass.from;
  const failure = isOther ? { ...next, count: before?.count ?? 1, retryAt: now } : next;
  // A live range is extended to now, or a lasting fault would hide new events.
  const to = kind === "live"
    ? Math.max(reading.to, wholeSecond(earlierNow(state, now)))
    : reading.to;
  const again: Reading = { ...reading, to, pass: null, restarts, stuck };
  const after: CollectorState = {
    ...withReading(state, kind, again),
    failures: { ...state.failures, [kind]: failure },
    sliceMs: isShorter ? { ...state.sliceMs, [kind]: shorter } : state.sliceMs,
    counts: addCounts(state.counts, { restarts: 1 }),
  };
  return isStuck && stuck >= maxStuck(state, kind, pass, diagnosis)
    ? skipRange(after, kind, again, pass, failure, now)
    : after;
}

/**
 * The ends of slices are inclusive, so an event on one is in two slices: a failure right next to a
 * skipped range is due to the same event.
 */
function maxStuck(
  { skipped = [] }: CollectorState,
  kind: ReadingKind,
  slice: Range,
  { code }: Diagnosis,
): number {
  const isBeside = skipped.some(({ from, to }) => to === slice.from || from === slice.to);
  if (kind === "skipped" || isBeside) return 1;
  return code === "body_too_large" ? MAX_TOO_LARGE : MAX_STUCK;
}

function skipRange(
  before: CollectorState,
  kind: ReadingKind,
  reading: Reading,
  range: Range,
  failure: Failure,
  now: number,
): CollectorState {
  const state = { ...before, skipped: addSkipped(before.skipped ?? [], range, now) };
  const { checks } = reading;
  const [, ...dates] = checks?.dates ?? [];
  if (checks !== null && dates.length > 0) {
    return withReading(state, kind, { ...reading, checks: { ...checks, dates }, stuck: 0 });
  }
  const to = checks?.slice.to ?? range.to;
  const after = leaveSlice(state, kind, reading, { to, now, nextPollAt: failure.retryAt });
  if (after.readings[kind] !== undefined) return after; // the failure stays until a slice is read
  const { [kind]: _, ...failures } = after.failures;
  return { ...after, failures };
}

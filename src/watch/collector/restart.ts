import { wholeSecond } from "../../stream/clock.ts";
import { addCounts } from "./counts.ts";
import {
  type CollectorState,
  type Range,
  type Reading,
  type ReadingKind,
  sliceOf,
} from "./state.ts";
import { type Diagnosis, type Failure, nextFailure } from "./failure.ts";
import { nextSlice } from "./next_slice.ts";
import { SHORTEST_SLICE_MS } from "./shortest_slice.ts";
import { withSkipped } from "./skipped_ranges.ts";

/** After so many restarts a slice is halved. */
const MOST_RESTARTS = 3;
/** What is too much so often, and cannot be shorter, is skipped. */
const MOST_STUCK = 10;

/**
 * Begins a slice anew, shorter if that may help; one that cannot be shorter is skipped in the end, so that it does
 * not stand in the way of all that follows.
 *
 * @param state The state as it was planned, its pass open.
 * @param kind The reading.
 * @param seen What was wrong.
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1).
 */
export function restartSlice(
  state: CollectorState,
  kind: ReadingKind,
  seen: Diagnosis,
  now: number,
  random: () => number,
): CollectorState {
  const reading = state.readings[kind]!;
  const pass = reading.pass!;
  const failure = nextFailure(state.failures[kind], seen, now, random);
  // A cursor that keeps failing may not live long enough for so long a slice. The failures in a row do not tell: one that a
  // page has ended takes those before it along.
  const restarts = (reading.restarts ?? 0) + 1;
  const isStuck = seen.remedy === "narrow" && pass.to - pass.from <= SHORTEST_SLICE_MS;
  const stuck = (reading.stuck ?? 0) + (isStuck ? 1 : 0);
  const isShorter = reading.checks === null &&
    (seen.remedy !== "restart" || Math.max(failure.count, restarts) >= MOST_RESTARTS) &&
    pass.to - pass.from <= sliceOf(state, kind);
  const half = Math.max(SHORTEST_SLICE_MS, wholeSecond((pass.to - pass.from) / 2));
  // A live range takes in what has happened since, or a fault that stays would hide what is new.
  const to = kind === "live" ? Math.max(reading.to, wholeSecond(now)) : reading.to;
  const again: Reading = { ...reading, to, pass: null, restarts, stuck };
  const after: CollectorState = {
    ...state,
    failures: { ...state.failures, [kind]: failure },
    sliceMs: isShorter ? { ...state.sliceMs, [kind]: half } : state.sliceMs,
    counts: addCounts(state.counts, { restarts: 1 }),
    readings: { ...state.readings, [kind]: again },
  };
  return isStuck && stuck >= mostStuck(state, kind, pass)
    ? skip(after, kind, again, pass, failure, now)
    : after;
}

/** The ends being inclusive, an event is in two slices: what fails right beside a skipped range fails for the same event. */
function mostStuck({ skipped = [] }: CollectorState, kind: ReadingKind, slice: Range): number {
  const isBeside = skipped.some(({ from, to }) => to === slice.from || from === slice.to);
  return kind === "skipped" || isBeside ? 1 : MOST_STUCK;
}

function skip(
  before: CollectorState,
  kind: ReadingKind,
  reading: Reading,
  range: Range,
  failure: Failure,
  now: number,
): CollectorState {
  const state = { ...before, skipped: withSkipped(before.skipped ?? [], range, now) };
  const [, ...dates] = reading.checks?.dates ?? [];
  if (reading.checks !== null && dates.length > 0) {
    const checks = { ...reading.checks, dates };
    return { ...state, readings: { ...state.readings, [kind]: { ...reading, checks, stuck: 0 } } };
  }
  const to = reading.checks?.slice.to ?? range.to;
  const after = nextSlice(state, kind, reading, { to, now, nextPollAt: failure.retryAt });
  if (after.readings[kind] !== undefined) return after; // the failure stays until a slice is read
  const { [kind]: _, ...failures } = after.failures;
  return { ...after, failures };
}

import { wholeSecond } from "../../stream/clock.ts";
import type { WatchOptions } from "../watch_options.ts";
import { intakeUntil } from "./intake.ts";
import type { CollectorState, Range, Reading } from "./state.ts";

/**
 * Two looks at the clock may differ by this much, in milliseconds, without it having been set back.
 */
const STEADY_MS = 1_000;

/**
 * Adapts the state to a clock that was set back. Otherwise, whatever was due by the old time would
 * come too late, and ranges read in its future would leave a gap.
 *
 * A clock that goes forward changes nothing here but the last time seen: a pause is for `plan.ts`.
 *
 * @param state The state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How far the first run goes back.
 * @returns The state as it is by the clock of now.
 */
export function followClock(
  state: CollectorState,
  now: number,
  { backfillMs }: Pick<WatchOptions, "backfillMs">,
): CollectorState {
  if (now >= state.lastNow - STEADY_MS) return { ...state, lastNow: Math.max(now, state.lastNow) };
  const end = wholeSecond(now);
  const readings = readingsUntil(state.readings, end);
  const beginning = Math.min(state.beginning, end - backfillMs);
  const backlog = rangesUntil(state.backlog, end);
  // A first run by a clock that was ahead has left out part of what is to be backfilled.
  if (beginning < Math.min(state.beginning, end)) {
    backlog.unshift({ from: beginning, to: Math.min(state.beginning, end) });
  }
  return {
    ...state,
    lastNow: now,
    beginning,
    lowWater: Math.min(state.lowWater, end),
    liveSince: Math.min(state.liveSince, end),
    ...(state.fedSince !== undefined && { fedSince: Math.min(state.fedSince, end) }),
    backlog,
    skipped: rangesUntil(state.skipped ?? [], end).map(({ retryAt, ...range }) => ({
      ...range,
      retryAt: Math.min(retryAt, now),
    })),
    nextPollAt: Math.min(state.nextPollAt, now),
    // While the clock was ahead, ranges counted as read that had not happened yet.
    nextSweepAt: {
      hour: Math.min(state.nextSweepAt.hour, now),
      day: Math.min(state.nextSweepAt.day, now),
    },
    readings,
    failures: failuresUntil(state.failures, readings, now),
    ...(state.intake !== undefined && { intake: intakeUntil(state.intake, now) }),
    alertedAt: Object.fromEntries(
      Object.entries(state.alertedAt).map(([code, at]) => [code, Math.min(at, now)]),
    ),
    // A rate window timed by another clock means nothing. Whoever waited for its end, by a
    // state that no request has saved yet, would wait for ever.
    requests: { ...state.requests, used: 0, remaining: null, resetAt: null },
    apiClock: undefined, // it compared the API's clock with another one
  };
}

/** What has not happened yet is not read, and might be refused; it is new when it happens. */
function readingsUntil(
  { live: _, hour, day, backfill, skipped }: CollectorState["readings"],
  end: number,
): CollectorState["readings"] {
  const leftOf = { backfill: readingUntil(backfill, end), skipped: readingUntil(skipped, end) };
  return {
    ...(hour !== undefined && hour.to <= end && { hour }),
    ...(day !== undefined && day.to <= end && { day }),
    ...(leftOf.backfill !== undefined && { backfill: leftOf.backfill }),
    ...(leftOf.skipped !== undefined && { skipped: leftOf.skipped }),
  };
}

function readingUntil(reading: Reading | undefined, end: number): Reading | undefined {
  if (reading === undefined || reading.at >= end) return undefined;
  return reading.to <= end ? reading : { ...reading, to: end, pass: null, checks: null };
}

function rangesUntil<R extends Range>(ranges: readonly R[], end: number): R[] {
  return ranges.filter(({ from }) => from < end)
    .map((range) => ({ ...range, to: Math.min(range.to, end) }));
}

/**
 * A failure ends with its reading; the next try of any other reading is due now at the latest.
 */
function failuresUntil(
  failures: CollectorState["failures"],
  readings: CollectorState["readings"],
  now: number,
): CollectorState["failures"] {
  return Object.fromEntries(
    Object.entries(failures)
      .filter(([kind]) =>
        (kind !== "backfill" && kind !== "skipped") || readings[kind] !== undefined
      )
      .map(([kind, { retryAt, since, ...failure }]) => [
        kind,
        { ...failure, retryAt: Math.min(retryAt, now), since: Math.min(since, now) },
      ]),
  );
}

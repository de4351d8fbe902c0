import { wholeSecond } from "../../stream/clock.ts";
import {
  type CollectorState,
  type Range,
  type Reading,
  type ReadingKind,
  sliceOf,
} from "./state.ts";
import { freshPass } from "./fresh_pass.ts";
import { waitForShare } from "./rate_share.ts";
import { skippedRanges } from "./skipped_ranges.ts";
import type { WatchOptions } from "../watch_options.ts";

/** What the collector is to do now. */
export type ReadPlan =
  /** Read the next page of this reading, whose pass is open. */
  | { readonly type: "read"; readonly kind: ReadingKind; readonly state: CollectorState }
  /** Nothing before `until`. */
  | { readonly type: "wait"; readonly until: number; readonly state: CollectorState };

/** The clock may differ by so much between two looks without having been set back. */
const STEADY_MS = 1_000;
const PATIENT: readonly ReadingKind[] = ["hour", "day", "backfill", "skipped"];

/**
 * Decides what is read next. What is new comes first; sweeps and backfill take turns with what is left of
 * our share of the rate limit.
 *
 * @param before The state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often, how far.
 * @returns The plan, with the state as it is to be saved if the plan is carried out.
 */
export function planRead(before: CollectorState, now: number, options: WatchOptions): ReadPlan {
  const state = openReadings(withClock(before, now, options), now, options);
  const blocked = state.failures.source?.retryAt ?? 0;
  let until = Math.min(
    state.readings.live === undefined ? state.nextPollAt : Infinity,
    state.readings.hour === undefined ? state.nextSweepAt.hour : Infinity,
    state.readings.day === undefined ? state.nextSweepAt.day : Infinity,
    ...(state.readings.skipped === undefined ? state.skipped ?? [] : []).map(({ retryAt }) =>
      retryAt
    ),
  );
  for (const kind of inTurn(state)) {
    const reading = state.readings[kind];
    if (reading === undefined) continue;
    const from = Math.max(
      now + waitForShare(state.requests, kind === "live", now, options),
      state.failures[kind]?.retryAt ?? 0,
    );
    if (Math.max(from, blocked) > now) until = Math.min(until, from);
    else return { type: "read", kind, state: openPass(state, kind, reading) };
  }
  return { type: "wait", until: Math.max(until, blocked), state };
}

/** Live first; of the others, the one whose turn is next. */
function inTurn({ lastServed }: CollectorState): ReadingKind[] {
  const next = PATIENT.indexOf(lastServed) + 1;
  return ["live", ...PATIENT.slice(next), ...PATIENT.slice(0, next)];
}

/** What was due by a clock that has since gone back would be due too late, or read with a hole in it. */
function withClock(
  state: CollectorState,
  now: number,
  { backfillMs }: WatchOptions,
): CollectorState {
  if (now >= state.lastNow - STEADY_MS) return { ...state, lastNow: Math.max(now, state.lastNow) };
  const end = wholeSecond(now);
  const readings = withoutFuture(state.readings, end);
  const failures = Object.fromEntries(
    Object.entries(state.failures)
      .filter(([kind]) =>
        (kind !== "backfill" && kind !== "skipped") || readings[kind] !== undefined
      )
      .map(([kind, { retryAt, since, ...failure }]) => [
        kind,
        { ...failure, retryAt: Math.min(retryAt, now), since: Math.min(since, now) },
      ]),
  );
  const beginning = Math.min(state.beginning, end - backfillMs);
  const backlog = upTo(state.backlog, end);
  // A first run by a clock that was ahead has left out what is to be filled in.
  if (beginning < Math.min(state.beginning, end)) {
    backlog.unshift({ from: beginning, to: Math.min(state.beginning, end) });
  }
  return {
    ...state,
    lastNow: now,
    beginning,
    lowWater: Math.min(state.lowWater, end),
    liveSince: Math.min(state.liveSince, end),
    backlog,
    skipped: upTo(state.skipped ?? [], end).map(({ retryAt, ...range }) => ({
      ...range,
      retryAt: Math.min(retryAt, now),
    })),
    nextPollAt: Math.min(state.nextPollAt, now),
    // While the clock was ahead, ranges were counted as read that had not happened yet.
    nextSweepAt: {
      hour: Math.min(state.nextSweepAt.hour, now),
      day: Math.min(state.nextSweepAt.day, now),
    },
    readings,
    failures,
    alertedAt: Object.fromEntries(
      Object.entries(state.alertedAt).map(([code, at]) => [code, Math.min(at, now)]),
    ),
    // What is left of a window that another clock has timed says nothing: whoever waited for its end, by a state that no
    // request has saved yet, would wait for ever.
    requests: { ...state.requests, used: 0, remaining: null, resetAt: null },
  };
}

/** What has not happened yet is not read, and might be refused; it is new when it happens. */
function withoutFuture(
  { live: _, hour, day, backfill, skipped }: CollectorState["readings"],
  end: number,
): CollectorState["readings"] {
  const leftOf = { backfill: cutAt(backfill, end), skipped: cutAt(skipped, end) };
  return {
    ...(hour !== undefined && hour.to <= end && { hour }),
    ...(day !== undefined && day.to <= end && { day }),
    ...(leftOf.backfill !== undefined && { backfill: leftOf.backfill }),
    ...(leftOf.skipped !== undefined && { skipped: leftOf.skipped }),
  };
}

function cutAt(reading: Reading | undefined, end: number): Reading | undefined {
  if (reading === undefined || reading.at >= end) return undefined;
  return reading.to <= end ? reading : { ...reading, to: end, pass: null, checks: null };
}

function upTo<R extends Range>(ranges: readonly R[], end: number): R[] {
  return ranges.filter(({ from }) => from < end)
    .map((range) => ({ ...range, to: Math.min(range.to, end) }));
}

function openReadings(
  before: CollectorState,
  now: number,
  options: WatchOptions,
): CollectorState {
  let state = withoutStale(before, now, options);
  const to = wholeSecond(now);
  if (state.readings.live === undefined && now >= state.nextPollAt) {
    if (state.lowWater < now - options.catchUpMs) {
      // The pause goes to the backlog, so that what happens now is seen now.
      const missed = { from: lookBack(state, options.overlapMs, state.lowWater), to };
      state = { ...state, lowWater: to, liveSince: to, backlog: joined(state.backlog, missed) };
    }
    const from = lookBack(state, options.overlapMs, state.lowWater);
    state = open(state, "live", { from, to }, now);
  }
  for (const kind of ["hour", "day"] as const) {
    if (state.readings[kind] !== undefined || now < state.nextSweepAt[kind]) continue;
    const { everyMs, reachMs } = kind === "hour" ? options.hourSweep : options.daySweep;
    state = {
      ...open(state, kind, { from: lookBack(state, reachMs, to), to }, now),
      nextSweepAt: { ...state.nextSweepAt, [kind]: now + everyMs },
    };
  }
  const [oldest, ...later] = state.backlog;
  if (state.readings.backfill === undefined && oldest !== undefined) {
    state = { ...open(state, "backfill", oldest, now), backlog: later };
  }
  const due = state.skipped?.find(({ retryAt }) => retryAt <= now);
  if (state.readings.skipped === undefined && due !== undefined) {
    const skipped = state.skipped!.filter((range) => range !== due);
    state = { ...open(state, "skipped", due, now), skipped };
  }
  return state;
}

/** A live reading that was cut off long ago shows nothing new any more. */
function withoutStale(
  state: CollectorState,
  now: number,
  { catchUpMs }: WatchOptions,
): CollectorState {
  const { live, ...readings } = state.readings;
  if (live === undefined || live.to >= now - catchUpMs) return state;
  return { ...state, readings, nextPollAt: Math.min(state.nextPollAt, now) };
}

function joined(backlog: readonly Range[], range: Range): readonly Range[] {
  const last = backlog.at(-1);
  if (last === undefined || range.from > last.to) return [...backlog, range];
  const from = Math.min(last.from, range.from);
  return [...backlog.slice(0, -1), { from, to: Math.max(last.to, range.to) }];
}

function lookBack({ beginning }: CollectorState, byMs: number, from: number): number {
  return Math.max(beginning, wholeSecond(from - byMs));
}

function open(state: CollectorState, kind: ReadingKind, range: Range, now: number): CollectorState {
  const from = Math.min(range.from, range.to);
  const reading: Reading = {
    from,
    to: range.to,
    at: from,
    startedAt: now,
    pass: null,
    checks: null,
  };
  return { ...state, readings: { ...state.readings, [kind]: reading } };
}

/** Begins the next slice of a reading, unless one is in progress. */
function openPass(state: CollectorState, kind: ReadingKind, reading: Reading): CollectorState {
  const served = kind === "live" ? state : { ...state, lastServed: kind };
  if (reading.pass !== null) return served;
  // Where shorter slices do not help either, every second try is for the whole, so that what is new is seen.
  const isWhole = kind === "live" && (state.failures.live?.count ?? 1) % 2 === 0;
  const slice = isWhole ? Infinity : wholeSecond(sliceOf(state, kind));
  const date = reading.checks?.dates[0];
  const range = date === undefined
    ? sliceOutside(kind === "skipped" ? [] : skippedRanges(state), reading, slice)
    : { from: wholeSecond(date), to: wholeSecond(date + 999) };
  const pass = { ...freshPass(state.nextPass, range), confirms: reading.checks?.pass ?? null };
  return {
    ...served,
    nextPass: state.nextPass + 1,
    readings: { ...state.readings, [kind]: { ...reading, pass } },
  };
}

/** The next slice that touches no range of those that are skipped; where nothing else is left, the end of the reading. */
function sliceOutside(skipped: readonly Range[], { at, to }: Reading, ms: number): Range {
  let from = at;
  for (const range of skipped) {
    if (range.from <= from && from < range.to) from = Math.min(range.to, to);
  }
  const next = skipped.find((range) => range.from > from)?.from ?? Infinity;
  return { from, to: Math.min(to, from + ms, next) };
}

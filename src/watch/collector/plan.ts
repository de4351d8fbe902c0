import { wholeSecond } from "../../stream/clock.ts";
import type { WatchOptions } from "../watch_options.ts";
import { earlierNow } from "./api_clock.ts";
import { followClock } from "./follow_clock.ts";
import { waitForShare } from "./rate_share.ts";
import { skippedRanges } from "./skipped_ranges.ts";
import {
  type CollectorState,
  freshPass,
  type OpenReading,
  type Range,
  type Reading,
  type ReadingKind,
  sliceMsOf,
  withReading,
} from "./state.ts";

/** What the collector is to do now. */
export type ReadPlan = PlannedRead | PlannedWait;

/** Read the next page of a reading. */
export interface PlannedRead {
  /** Tells the plans apart. */
  readonly type: "read";
  /** The kind of reading. */
  readonly kind: ReadingKind;
  /** The reading, its pass open; the state holds the same. */
  readonly reading: OpenReading;
  /** The state to go on from. */
  readonly state: CollectorState;
}

/** Do nothing yet. */
export interface PlannedWait {
  /** Tells the plans apart. */
  readonly type: "wait";
  /** When there is something to do, in milliseconds since the Unix epoch. */
  readonly until: number;
}

/** The kinds that can wait, in the order in which they take turns. */
const PATIENT: readonly ReadingKind[] = ["hour", "day", "backfill", "skipped"];

/**
 * Decides what is read next. New events come first; sweeps and backfill take turns with what is
 * left of our share of the rate limit.
 *
 * @param before The state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often, how far.
 * @returns The plan, with the state that is to be saved if it is carried out.
 */
export function planRead(before: CollectorState, now: number, options: WatchOptions): ReadPlan {
  const state = openReadings(followClock(before, now, options), now, options);
  const blocked = state.failures.source?.retryAt ?? 0;
  const { live, hour, day, skipped } = state.readings;
  let until = Math.min(
    live === undefined ? state.nextPollAt : Infinity,
    hour === undefined ? state.nextSweepAt.hour : Infinity,
    day === undefined ? state.nextSweepAt.day : Infinity,
    ...(skipped === undefined ? state.skipped ?? [] : []).map(({ retryAt }) => retryAt),
  );
  for (const kind of inTurn(state)) {
    const reading = state.readings[kind];
    if (reading === undefined) continue;
    const from = Math.max(
      now + waitForShare(state.requests, kind === "live", now, options),
      state.failures[kind]?.retryAt ?? 0,
    );
    if (Math.max(from, blocked) > now) until = Math.min(until, from);
    else return openPass(state, kind, reading);
  }
  return { type: "wait", until: Math.max(until, blocked) };
}

/** Live first; of the others, the one whose turn is next. */
function inTurn({ lastServed }: CollectorState): ReadingKind[] {
  const next = PATIENT.indexOf(lastServed) + 1;
  return ["live", ...PATIENT.slice(next), ...PATIENT.slice(0, next)];
}

function openReadings(
  before: CollectorState,
  now: number,
  options: WatchOptions,
): CollectorState {
  // By the API's clock, if it is behind ours: the API cannot list what is still in its future.
  const apiNow = earlierNow(before, now);
  let state = dropOutdatedLive(before, { now, apiNow }, options);
  const to = wholeSecond(apiNow);
  // At the first run nothing was known of the API's clock yet.
  if (to < state.beginning) state = { ...state, beginning: to };
  if (state.readings.live === undefined && now >= state.nextPollAt) {
    if (state.lowWater < apiNow - options.catchUpMs) {
      // The backlog takes the pause over, so that new events are seen at once.
      const missed = { from: lookBack(state, options.overlapMs, state.lowWater), to };
      const backlog = addToBacklog(state.backlog, missed);
      state = { ...state, lowWater: to, liveSince: to, backlog };
    }
    const from = lookBack(state, options.overlapMs, Math.min(state.lowWater, to));
    state = openReading(state, "live", { from, to }, now);
  }
  for (const kind of ["hour", "day"] as const) {
    if (state.readings[kind] !== undefined || now < state.nextSweepAt[kind]) continue;
    const { everyMs, reachMs } = kind === "hour" ? options.hourSweep : options.daySweep;
    state = {
      ...openReading(state, kind, { from: lookBack(state, reachMs, to), to }, now),
      nextSweepAt: { ...state.nextSweepAt, [kind]: now + everyMs },
    };
  }
  const [oldest, ...later] = state.backlog;
  if (state.readings.backfill === undefined && oldest !== undefined) {
    state = { ...openReading(state, "backfill", oldest, now), backlog: later };
  }
  const { skipped = [] } = state;
  const due = skipped.find(({ retryAt }) => retryAt <= now);
  if (state.readings.skipped === undefined && due !== undefined) {
    const others = skipped.filter((range) => range !== due);
    state = { ...openReading(state, "skipped", due, now), skipped: others };
  }
  return state;
}

/**
 * A live reading that was interrupted long ago shows nothing new, and one that ends in the API's
 * future is refused until then: a new reading replaces either.
 */
function dropOutdatedLive(
  state: CollectorState,
  { now, apiNow }: { now: number; apiNow: number },
  { catchUpMs }: WatchOptions,
): CollectorState {
  const { live, ...readings } = state.readings;
  if (live === undefined) return state;
  const isRefused = live.to > apiNow && state.failures.live?.code === "bad_request";
  if (live.to >= apiNow - catchUpMs && !isRefused) return state;
  return { ...state, readings, nextPollAt: Math.min(state.nextPollAt, now) };
}

function addToBacklog(backlog: readonly Range[], range: Range): readonly Range[] {
  const last = backlog.at(-1);
  if (last === undefined || range.from > last.to) return [...backlog, range];
  const from = Math.min(last.from, range.from);
  return [...backlog.slice(0, -1), { from, to: Math.max(last.to, range.to) }];
}

function lookBack({ beginning }: CollectorState, byMs: number, from: number): number {
  return Math.max(beginning, wholeSecond(from - byMs));
}

function openReading(
  state: CollectorState,
  kind: ReadingKind,
  range: Range,
  now: number,
): CollectorState {
  const from = Math.min(range.from, range.to);
  return withReading(state, kind, {
    from,
    to: range.to,
    at: from,
    startedAt: now,
    pass: null,
    checks: null,
  });
}

/** Begins the next slice of a reading, unless one is in progress. */
function openPass(before: CollectorState, kind: ReadingKind, reading: Reading): PlannedRead {
  const state = kind === "live" ? before : { ...before, lastServed: kind };
  const { pass, checks } = reading;
  if (pass !== null) return { type: "read", kind, reading: { ...reading, pass }, state };
  const fresh = freshPass(state.nextPass, nextRange(state, kind, reading));
  const open = { ...reading, pass: { ...fresh, confirms: checks?.pass ?? null } };
  const opened = { ...withReading(state, kind, open), nextPass: state.nextPass + 1 };
  return { type: "read", kind, reading: open, state: opened };
}

/** The next slice, or the next second of held twins that is read by itself. */
function nextRange(state: CollectorState, kind: ReadingKind, reading: Reading): Range {
  const date = reading.checks?.dates[0];
  if (date !== undefined) return { from: wholeSecond(date), to: wholeSecond(date + 999) };
  // Where shorter slices do not help either, every second try is for the whole range, so that new
  // events are seen.
  const isWhole = kind === "live" && (state.failures.live?.count ?? 1) % 2 === 0;
  const sliceMs = isWhole ? Infinity : wholeSecond(sliceMsOf(state, kind));
  return sliceOutside(kind === "skipped" ? [] : skippedRanges(state), reading, sliceMs);
}

/**
 * The next slice that overlaps no skipped range; where nothing else is left, the end of the
 * reading.
 */
function sliceOutside(skipped: readonly Range[], { at, to }: Reading, sliceMs: number): Range {
  let from = at;
  for (const range of skipped) {
    if (range.from <= from && from < range.to) from = Math.min(range.to, to);
  }
  const next = skipped.find((range) => range.from > from)?.from ?? Infinity;
  return { from, to: Math.min(to, from + sliceMs, next) };
}

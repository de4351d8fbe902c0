import { wholeSecond } from "../../stream/clock.ts";
import type { Rename } from "../../store/renames.ts";
import type { WatchOptions } from "../watch_options.ts";
import { type ApiClock, earlierNow } from "./api_clock.ts";
import { type CollectorCounts, noCounts } from "./counts.ts";
import { type Failure, MATCH_FAILED } from "./failure.ts";
import type { Intake } from "./intake.ts";
import { noRequests, type RequestCount } from "./rate_share.ts";
import type { PageEnd, Seams } from "./seams.ts";

/**
 * Why a range is read.
 *
 * - `live`: for new events.
 * - `hour`, `day`: a sweep for events that were published late.
 * - `backfill`: the range was never read.
 * - `skipped`: the range could not be read before.
 */
export type ReadingKind = "live" | "hour" | "day" | "backfill" | "skipped";

/** A range of dates, both ends inclusive, in milliseconds since the Unix epoch. */
export interface Range {
  /** The start. */
  readonly from: number;
  /** The end. */
  readonly to: number;
}

/** A range that could not be read; other readings leave it out until it can. */
export interface Skipped extends Range {
  /** When it is tried again, in milliseconds since the Unix epoch. */
  readonly retryAt: number;
}

/** One slice of a range, with fixed ends, read from its first page to its last. */
export interface Pass extends Range {
  /** Names its pages in the log; never used twice. */
  readonly id: number;
  /** The page to read next; null for the first. */
  readonly url: string | null;
  /** Pages read. */
  readonly pages: number;
  /** Events read. */
  readonly events: number;
  /** Consecutive pages without events. */
  readonly empty: number;
  /** The earlier pass over the same slice whose held twins this pass is to confirm. */
  readonly confirms: number | null;
  /** How many passes over this range came before. */
  readonly round: number;
  /**
   * The dates of the twins that it has held, in milliseconds since the Unix epoch; `NO_DATE` for a
   * twin without a date.
   */
  readonly dates: readonly number[];
  /** How the last page with events ended; absent before it. */
  readonly end?: PageEnd;
}

/** Stands for the date of an event that has none. */
export const NO_DATE = -1;

/**
 * Twins that a pass has held because they were on another page than their equals. Each of their
 * dates is read by itself, so that all of them are on one page, where neither shifted pages nor a
 * page boundary can mislead.
 */
export interface Checks {
  /** The pass that has held them. */
  readonly pass: number;
  /** The dates that are still to be read. */
  readonly dates: readonly number[];
  /** The slice that ends after the last of them, and the pages that it had. */
  readonly slice: Pick<Pass, "from" | "to" | "pages">;
}

/** A range that is being read, slice by slice, oldest first. */
export interface Reading extends Range {
  /** Where the next slice starts. */
  readonly at: number;
  /** When the reading began. */
  readonly startedAt: number;
  /** The slice in progress. */
  readonly pass: Pass | null;
  /** What remains to be checked before the slice ends. */
  readonly checks: Checks | null;
  /** Events read, those read again included; default 0. */
  readonly events?: number;
  /** How often the present slice was restarted; default 0. */
  readonly restarts?: number;
  /** How often the present slice was too large although it cannot be shorter; default 0. */
  readonly stuck?: number;
}

/** A reading with a slice in progress, so that there is a page to read. */
export interface OpenReading extends Reading {
  /** The slice in progress. */
  readonly pass: Pass;
}

/** All that the collector has to remember; saved in the transaction that records a page. */
export interface CollectorState {
  /** Goes up with every save: a state with an older one must not be saved. */
  readonly revision: number;
  /** Events before this are never requested. */
  readonly beginning: number;
  /** Whatever was published by then has been read, except for the backlog and late arrivals. */
  readonly lowWater: number;
  /**
   * Since when live passes have followed one another without a pause: older events are not late.
   */
  readonly liveSince: number;
  /**
   * Since when the log has been fed by the present settings: older events are past. Default always.
   */
  readonly fedSince?: number;
  /** Whether other settings feed another log now; default false. */
  readonly isUnfed?: boolean;
  /** The last time seen on the clock. */
  readonly lastNow: number;
  /** When the next live pass is to start. */
  readonly nextPollAt: number;
  /** When the next sweeps are to start. */
  readonly nextSweepAt: { readonly hour: number; readonly day: number };
  /** Ranges that have not been read yet, oldest first. */
  readonly backlog: readonly Range[];
  /**
   * Ranges that could not be read, oldest first, except the one being retried now; default none.
   */
  readonly skipped?: readonly Skipped[];
  /** What is being read. */
  readonly readings: Readonly<Partial<Record<ReadingKind, Reading>>>;
  /** Which of the readings that are not live had its turn last. */
  readonly lastServed: ReadingKind;
  /** How long the next slice of a kind is, in milliseconds: see `sliceMsOf()`. */
  readonly sliceMs: Readonly<Partial<Record<ReadingKind, number>>>;
  /**
   * Failures in a row, by kind; those under `source` stop every reading, those under `rules` none.
   */
  readonly failures: Readonly<Partial<Record<ReadingKind | "source" | "rules", Failure>>>;
  /** When an operational alert was last raised, by code. */
  readonly alertedAt: Readonly<Record<string, number>>;
  /** The requests made, and what the API says about its limit. */
  readonly requests: RequestCount;
  /** What the API's answers tell of its clock; default nothing. */
  readonly apiClock?: ApiClock | undefined;
  /** What came lately; default nothing. */
  readonly intake?: Intake | undefined;
  /** A digest of the token that the failures were met with; default unknown. */
  readonly credential?: string;
  /** The id of the next pass. */
  readonly nextPass: number;
  /** What has been counted since the log was created. */
  readonly counts: CollectorCounts;
  /** What the seams between pages have told; default nothing. */
  readonly seams?: Seams;
  /** The latest renames that were noticed, oldest first; default none. */
  readonly renames?: readonly NotedRename[];
}

/** A rename, and when it was noticed, in milliseconds since the Unix epoch. */
export interface NotedRename extends Rename {
  /** When. */
  readonly at: number;
}

/** The first slice of a kind: short enough for any organisation, and slices grow fast. */
const FIRST_SLICE_MS = 6 * 3_600_000;

/** How many renames are kept in the state, ... */
const MAX_RENAMES = 20;
/** ... and how much of each name, in UTF-16 units. */
const MAX_NAME_LENGTH = 200;

/** The shortest range that one slice covers, in milliseconds: the API counts in whole seconds. */
export const MIN_SLICE_MS = 1_000;

/**
 * The state of a collector that has never run: live from now on, with the backfill before it.
 *
 * @param now Milliseconds since the Unix epoch.
 * @param options How far back, how often.
 * @returns The state.
 */
export function newCollectorState(now: number, options: WatchOptions): CollectorState {
  const start = wholeSecond(now);
  const beginning = start - options.backfillMs;
  return {
    revision: 0,
    beginning,
    lowWater: start,
    liveSince: start,
    fedSince: start,
    lastNow: now,
    nextPollAt: now,
    nextSweepAt: {
      hour: now + options.hourSweep.everyMs,
      day: now + options.daySweep.everyMs,
    },
    backlog: beginning < start ? [{ from: beginning, to: start }] : [],
    readings: {},
    lastServed: "backfill",
    sliceMs: {},
    failures: {},
    alertedAt: {},
    requests: noRequests(),
    nextPass: 1,
    counts: noCounts(),
  };
}

/**
 * Notes renames, each once.
 *
 * @param state The state.
 * @param renames What the events of a page have shown.
 * @param now Milliseconds since the Unix epoch.
 * @returns The state with the latest of them.
 */
export function withRenames(
  state: CollectorState,
  renames: readonly Rename[],
  now: number,
): CollectorState {
  if (renames.length === 0) return state;
  const noted = [...state.renames ?? []];
  for (const { of, id, from, to } of renames) {
    const cut = { of, id, from: from.slice(0, MAX_NAME_LENGTH), to: to.slice(0, MAX_NAME_LENGTH) };
    if (!noted.some((one) => one.of === of && one.id === id && one.to === cut.to)) {
      noted.push({ ...cut, at: now });
    }
  }
  return { ...state, renames: noted.slice(-MAX_RENAMES) };
}

/**
 * Forgets what only another token can have met, so that a new token is tried at once and the status
 * does not show the failures of the old one.
 *
 * @param state The state.
 * @param credential A digest of the token in use; undefined if it is not known.
 * @returns The state for this token.
 */
export function forCredential(state: CollectorState, credential?: string): CollectorState {
  if (credential === undefined || state.credential === credential) return state;
  const kept = Object.entries(state.failures).filter(([, { remedy, code }]) =>
    remedy !== "slow" || code === MATCH_FAILED
  );
  return { ...state, credential, failures: Object.fromEntries(kept) };
}

/**
 * Begins to feed a log again after other settings: another log has recorded what happened
 * meanwhile.
 *
 * @param state The state.
 * @param now Milliseconds since the Unix epoch.
 * @returns The state of a log that is fed.
 */
export function fedAgain(
  { isUnfed = false, ...state }: CollectorState,
  now: number,
): CollectorState {
  return isUnfed ? { ...state, fedSince: wholeSecond(now) } : state;
}

/**
 * The state of the collector of a backup, as it goes on later and elsewhere. Slices in progress are
 * read again from their start, and what was known of failures and clocks is forgotten.
 *
 * @param saved What the log kept; anything else makes a new state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How far back, how often.
 * @returns The state, with a revision that no page in progress has.
 */
export function restoredState(
  saved: unknown,
  now: number,
  options: WatchOptions,
): CollectorState {
  const fresh = { ...newCollectorState(now, options), revision: now };
  if (!isState(saved)) return fresh;
  const { beginning, lowWater, liveSince, fedSince, lastNow, lastServed, sliceMs } = saved;
  const { backlog, skipped = [], counts, nextPass, renames = [] } = saved;
  const readings = Object.fromEntries(
    Object.entries(saved.readings).map(([kind, reading]) => [
      kind,
      { ...reading, pass: null, checks: null },
    ]),
  );
  return {
    ...fresh,
    beginning,
    lowWater,
    liveSince,
    ...(fedSince !== undefined && { fedSince }),
    lastNow,
    lastServed,
    sliceMs,
    backlog,
    skipped,
    counts,
    nextPass,
    renames,
    readings,
  };
}

function isState(value: unknown): value is CollectorState {
  if (typeof value !== "object" || value === null) return false;
  const { lowWater, backlog, readings, counts } = value as Partial<CollectorState>;
  return typeof lowWater === "number" && Array.isArray(backlog) &&
    typeof readings === "object" && typeof counts === "object";
}

/**
 * How long the next slice of a kind is.
 *
 * @param state The state.
 * @param kind The kind of reading.
 * @returns Milliseconds.
 */
export function sliceMsOf({ sliceMs }: CollectorState, kind: ReadingKind): number {
  return sliceMs[kind] ?? FIRST_SLICE_MS;
}

/**
 * A pass over a range that has not read its first page.
 *
 * @param id Its id; see `CollectorState.nextPass`.
 * @param range The slice.
 * @returns The pass.
 */
export function freshPass(id: number, { from, to }: Range): Pass {
  return {
    id,
    from,
    to,
    url: null,
    pages: 0,
    events: 0,
    empty: 0,
    confirms: null,
    round: 0,
    dates: [],
  };
}

/**
 * The passes whose pages have to be kept: those in progress, and those that they confirm.
 *
 * @param state The state.
 * @returns Their ids.
 */
export function passesInUse({ readings }: CollectorState): number[] {
  const ids = Object.values(readings).flatMap(({ pass, checks }) => [
    pass?.id,
    pass?.confirms,
    checks?.pass,
  ]);
  return [...new Set(ids.filter((id) => id !== undefined && id !== null))];
}

/**
 * Replaces or adds one reading.
 *
 * @param state The state.
 * @param kind The kind of reading.
 * @param reading The reading as it is now.
 * @returns The state with it.
 */
export function withReading(
  state: CollectorState,
  kind: ReadingKind,
  reading: Reading,
): CollectorState {
  return { ...state, readings: { ...state.readings, [kind]: reading } };
}

/**
 * Moves a reading past a slice, read or skipped; past its last slice the reading ends.
 *
 * @param state The state.
 * @param kind The kind of reading.
 * @param reading The reading as it is now.
 * @param slice Where the slice ended, the time, and when to poll next if this ends a live reading.
 * @returns The state after it.
 */
export function leaveSlice(
  state: CollectorState,
  kind: ReadingKind,
  reading: Reading,
  { to, now, nextPollAt }: { to: number; now: number; nextPollAt: number },
): CollectorState {
  const isLive = kind === "live";
  const lowWater = isLive
    ? Math.max(state.lowWater, Math.min(to, wholeSecond(earlierNow(state, now))))
    : state.lowWater;
  const { [kind]: _, ...readings } = state.readings;
  if (to >= reading.to) {
    return { ...state, lowWater, readings, nextPollAt: isLive ? nextPollAt : state.nextPollAt };
  }
  const next: Reading = { ...reading, at: to, pass: null, checks: null, restarts: 0, stuck: 0 };
  return { ...state, lowWater, readings: { ...readings, [kind]: next } };
}

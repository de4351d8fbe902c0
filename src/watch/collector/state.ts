import { wholeSecond } from "../../stream/clock.ts";
import type { CollectorCounts } from "./counts.ts";
import { noCounts } from "./counts.ts";
import type { Failure } from "./failure.ts";
import type { RequestCount } from "./rate_share.ts";
import type { WatchOptions } from "../watch_options.ts";

/**
 * Why a range is read: for what is new, in a sweep for late arrivals, to fill what was never read, or because it had to be
 * skipped.
 */
export type ReadingKind = "live" | "hour" | "day" | "backfill" | "skipped";

/** A range of dates, both ends inclusive, in milliseconds since the Unix epoch. */
export interface Range {
  /** The start. */
  readonly from: number;
  /** The end. */
  readonly to: number;
}

/** A range that could not be read, and that the readings pass over until it can. */
export interface Skipped extends Range {
  /** When it is tried again, in milliseconds since the Unix epoch. */
  readonly retryAt: number;
}

/** One slice of a range, read from its first page to its last: a closed pass, its ends pinned. */
export interface Pass extends Range {
  /** Names its pages in the log; never used twice. */
  readonly id: number;
  /** The page to read next; null for the first. */
  readonly url: string | null;
  /** Pages read. */
  readonly pages: number;
  /** Events read. */
  readonly events: number;
  /** Pages without events, one after the other. */
  readonly empty: number;
  /** An earlier pass over the same slice, which held twins that this one is to confirm. */
  readonly confirms: number | null;
  /** How many passes over this range came before. */
  readonly round: number;
  /** The dates of twins that it has held, in milliseconds since the Unix epoch; `NO_DATE` for one without. */
  readonly dates: readonly number[];
}

/** Stands for the date of an event that has none. */
export const NO_DATE = -1;

/**
 * Twins that a pass has held because they stood on another page than their like: the date of each is read by
 * itself, where they stand on one page, and where neither shifted pages nor a boundary can deceive.
 */
export interface Checks {
  /** The pass that has held them. */
  readonly pass: number;
  /** The dates that are still to be read. */
  readonly dates: readonly number[];
  /** The slice that ends when they are, and the pages that it had. */
  readonly slice: Pick<Pass, "from" | "to" | "pages">;
}

/** A range that is being read, slice by slice, oldest first. */
export interface Reading extends Range {
  /** Where the next slice starts. */
  readonly at: number;
  /** When it began. */
  readonly startedAt: number;
  /** The slice in progress. */
  readonly pass: Pass | null;
  /** What is still to be checked of the slice before it ends. */
  readonly checks: Checks | null;
  /** How often the present slice was begun anew; default 0. */
  readonly restarts?: number;
  /** How often the present slice was too much to be read though it could not be shorter; default 0. */
  readonly stuck?: number;
}

/** All that the collector has to remember; it is saved in the transaction that records a page. */
export interface CollectorState {
  /** Goes up with every save: whoever read an older one must not save. */
  readonly revision: number;
  /** No event before this is asked for. */
  readonly beginning: number;
  /** What was published by then has been read, but for the backlog and what came late. */
  readonly lowWater: number;
  /** Since when live passes have followed one another without a pause: what is older is not late. */
  readonly liveSince: number;
  /** The last time seen on the clock. */
  readonly lastNow: number;
  /** When the next live pass is to start. */
  readonly nextPollAt: number;
  /** When the next sweeps are to start. */
  readonly nextSweepAt: { readonly hour: number; readonly day: number };
  /** Ranges that have not been read yet, oldest first. */
  readonly backlog: readonly Range[];
  /** Ranges that could not be read, oldest first, without the one that is tried again now; default none. */
  readonly skipped?: readonly Skipped[];
  /** What is being read. */
  readonly readings: Readonly<Partial<Record<ReadingKind, Reading>>>;
  /** Whose turn it was last among the readings that are not live. */
  readonly lastServed: ReadingKind;
  /** How long the next slice is, by kind, in milliseconds: see `sliceOf()`. */
  readonly sliceMs: Readonly<Partial<Record<ReadingKind, number>>>;
  /** The failures in a row, by kind; those under `source` stop all of them, and those under `rules` none. */
  readonly failures: Readonly<Partial<Record<ReadingKind | "source" | "rules", Failure>>>;
  /** When an operational alert went out, by code. */
  readonly alertedAt: Readonly<Record<string, number>>;
  /** The requests made, and what the API says of its limit. */
  readonly requests: RequestCount;
  /** The id of the next pass. */
  readonly nextPass: number;
  /** What has been counted since the log was made. */
  readonly counts: CollectorCounts;
}

/** The first slice: small enough for any organisation, and it grows fast. */
const FIRST_SLICE_MS = 6 * 3_600_000;

/**
 * The state of a collector that has never run: live from now on, and the backfill before it.
 *
 * @param now Milliseconds since the Unix epoch.
 * @param options How far back, how often.
 */
export function newCollectorState(now: number, options: WatchOptions): CollectorState {
  const start = wholeSecond(now);
  const beginning = start - options.backfillMs;
  return {
    revision: 0,
    beginning,
    lowWater: start,
    liveSince: start,
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
    requests: {
      used: 0,
      limit: null,
      remaining: null,
      resetAt: null,
      resetAheadMs: null,
      toldAt: null,
    },
    nextPass: 1,
    counts: noCounts(),
  };
}

/** How long the next slice of a kind is, in milliseconds. */
export function sliceOf({ sliceMs }: CollectorState, kind: ReadingKind): number {
  return sliceMs[kind] ?? FIRST_SLICE_MS;
}

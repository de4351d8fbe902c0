const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How the watch works; all times in milliseconds. */
export interface WatchOptions {
  /** From the start of one live pass to the next. */
  readonly pollMs: number;
  /** How far a live pass looks back behind what has been read, to find events published late. */
  readonly overlapMs: number;
  /** How far the first run goes back. */
  readonly backfillMs: number;
  /**
   * After a pause longer than this, missed events are read alongside the live passes, not
   * before them.
   */
  readonly catchUpMs: number;
  /** How often the shorter sweep runs, and how far it looks back. */
  readonly hourSweep: SweepOptions;
  /** How often the longer sweep runs, and how far it looks back. */
  readonly daySweep: SweepOptions;
  /** The share of the organisation's rate limit that is left to others, in [0, 1). */
  readonly reserve: number;
  /** How many sources share the rest of it, this one included. */
  readonly sharers: number;
  /** The organisation's requests per minute where the API names no limit. */
  readonly assumedLimit: number;
  /** The maximum pages of a pass; a longer one is cut. */
  readonly maxPages: number;
  /** The maximum events that one pass may count, which bounds memory; a longer one is cut. */
  readonly maxPassEvents: number;
  /** Failures in a row before an operational alert goes out. */
  readonly alertAfter: number;
  /** The time between two operational alerts of one kind. */
  readonly alertPauseMs: number;
  /** An event older than this when it is recorded is past: its alert pages nobody. */
  readonly maxAlertAgeMs: number;
  /** Whether a rule that says nothing holds back repeats of its alerts, by its level. */
  readonly suppressesByDefault: boolean;
  /** How many windows may be open in which repeats are folded. */
  readonly maxFoldWindows: number;
  /** How many pages and messages one tick requests and sends at most. */
  readonly maxRequestsPerTick: number;
  /** How long the log keeps events and alerts. */
  readonly maxAgeMs: number;
  /** Above this size of the database, in bytes, the oldest events are removed. */
  readonly maxBytes: number;
}

/** One of the two sweeps for late arrivals. */
export interface SweepOptions {
  /** From the start of one sweep to the next. */
  readonly everyMs: number;
  /** How far it looks back. */
  readonly reachMs: number;
}

/** The defaults. */
export const DEFAULT_WATCH_OPTIONS: WatchOptions = {
  pollMs: MINUTE,
  overlapMs: 15 * MINUTE,
  backfillMs: 30 * DAY,
  catchUpMs: 2 * HOUR,
  hourSweep: { everyMs: HOUR, reachMs: DAY },
  daySweep: { everyMs: DAY, reachMs: 7 * DAY },
  reserve: 0.5,
  sharers: 1,
  assumedLimit: 240,
  maxPages: 1_000,
  maxPassEvents: 50_000,
  alertAfter: 3,
  alertPauseMs: HOUR,
  maxAlertAgeMs: DAY,
  suppressesByDefault: true,
  maxFoldWindows: 10_000,
  maxRequestsPerTick: 900,
  maxAgeMs: 90 * DAY,
  maxBytes: 8_000_000_000,
};

/**
 * Fills in the defaults and checks what is given.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { watchOptions } from "./watch_options.ts";
 *
 * assertEquals(watchOptions({ pollMs: 5_000 }).overlapMs, 900_000);
 * assertThrows(() => watchOptions({ reserve: 1 }), RangeError, "reserve");
 * ```
 *
 * @param given What differs from the defaults.
 * @returns All options.
 * @throws {RangeError} If a number is out of bounds; the message names all that are.
 */
export function watchOptions(given: Partial<WatchOptions> = {}): WatchOptions {
  const options = { ...DEFAULT_WATCH_OPTIONS, ...given };
  const invalid: string[] = [];
  const numbers: [string, number, number, number][] = [
    ["pollMs", options.pollMs, SECOND, DAY],
    ["overlapMs", options.overlapMs, 0, 7 * DAY],
    ["backfillMs", options.backfillMs, 0, 1_000 * DAY],
    ["catchUpMs", options.catchUpMs, options.pollMs, 7 * DAY],
    ["hourSweep.everyMs", options.hourSweep.everyMs, MINUTE, 30 * DAY],
    ["hourSweep.reachMs", options.hourSweep.reachMs, 0, 90 * DAY],
    ["daySweep.everyMs", options.daySweep.everyMs, MINUTE, 30 * DAY],
    ["daySweep.reachMs", options.daySweep.reachMs, 0, 90 * DAY],
    ["reserve", options.reserve, 0, 0.99],
    ["sharers", options.sharers, 1, 1_000],
    ["assumedLimit", options.assumedLimit, 1, 1e6],
    ["maxPages", options.maxPages, 2, 1e6],
    ["maxPassEvents", options.maxPassEvents, 100, 1e7],
    ["alertAfter", options.alertAfter, 1, 1_000],
    ["alertPauseMs", options.alertPauseMs, 0, 30 * DAY],
    ["maxAlertAgeMs", options.maxAlertAgeMs, MINUTE, 1_000 * DAY],
    ["maxFoldWindows", options.maxFoldWindows, 1, 1e6],
    ["maxRequestsPerTick", options.maxRequestsPerTick, 2, 1e6],
    ["maxAgeMs", options.maxAgeMs, HOUR, 100_000 * DAY],
    ["maxBytes", options.maxBytes, 2 ** 20, 2 ** 45],
  ];
  for (const [name, value, min, max] of numbers) {
    if (!(value >= min && value <= max)) {
      invalid.push(`${name} is ${value}, not between ${min} and ${max}`);
    }
  }
  if (invalid.length > 0) throw new RangeError(`Cannot watch: ${invalid.join("; ")}`);
  return options;
}

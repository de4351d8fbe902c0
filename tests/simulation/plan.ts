import type { Shell } from "../support/shell_name.ts";
import type { WatchOptions } from "../../src/watch/watch_options.ts";
import { watchOptions } from "../../src/watch/watch_options.ts";
import { chanceOf } from "./chance.ts";
import { foldingOf } from "./folding.ts";
import { ALL_KINDS, type FaultKind } from "./fault_kinds.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** When every simulation begins: in the middle of a minute. */
export const START = Date.UTC(2026, 10, 20, 9, 13, 27, 345);

/** What the command line can say about a run. */
export interface RunOptions {
  /** Decides everything. */
  readonly seed: number;
  /** How long faults occur, in minutes of simulated time; by default the seed decides. */
  readonly minutes?: number | undefined;
  /** Kinds of fault that are left out. */
  readonly without?: readonly FaultKind[] | undefined;
  /** A deliberate bug. */
  readonly bug?: string | undefined;
  /** What runs the log: default a database as either shell has it, and alarms as the Worker. */
  readonly shell?: Shell | undefined;
  /** Whether to keep the history. */
  readonly keepsHistory?: boolean | undefined;
}

/** What a seed decides before anything happens. */
export interface Plan {
  readonly seed: number;
  /** The kinds of fault that occur. */
  readonly kinds: ReadonlySet<FaultKind>;
  /** Whether the log removes events before the end. */
  readonly forgets: boolean;
  /** A database on disk, opened again from its files after each crash. */
  readonly onDisk: boolean;
  /** What runs the log. */
  readonly shell: Shell;
  /** The real client with whole answers and signatures, instead of a shortcut. */
  readonly onWire: boolean;
  /** Faults occur from `start` until `calm`; then nothing fails until `end`. */
  readonly start: number;
  readonly calm: number;
  readonly end: number;
  /** The options of the watch. */
  readonly options: WatchOptions;
  /** How many events are published. */
  readonly events: number;
  /** The mean time between two deaths of the process. */
  readonly lifeMs: number;
}

/** Kinds with a chance of their own: what the others do in a run does not depend on them. */
const OWN_CHANCE: ReadonlySet<FaultKind> = new Set(["push", "crash-power"]);

/** Decides what happens in a run. */
export function planOf(
  { seed, minutes, without = [], shell = "worker" }: RunOptions,
): Plan {
  const chance = chanceOf(seed, "plan");
  // About one in ten has no faults: what fails there fails always.
  const share = chance.is(0.1) ? 0 : chance.pick([0.3, 0.6, 0.85]);
  const kinds = new Set(ALL_KINDS.filter((kind) => !OWN_CHANCE.has(kind) && chance.is(share)));
  const onDisk = chance.is(0.12) || shell === "server";
  // Only files can be restored from a copy.
  if (onDisk && chance.is(0.8)) kinds.add("restore");
  if (!chance.is(0.2)) kinds.delete("bytes"); // large events take their time
  // No fault by itself: the other way that events come, with all faults or with none.
  if (chanceOf(seed, "push").is(0.35)) kinds.add("push");
  // A Durable Object holds back what leaves it by itself.
  const mayLosePower = shell === "server" && share > 0;
  if (mayLosePower && chanceOf(seed, "power").is(0.5)) kinds.add("crash-power");
  for (const kind of without) kinds.delete(kind);
  const ages = kinds.has("retention");
  const isLong = chance.is(0.35) && !ages;
  const [unit, every, reach] = isLong
    ? [HOUR, DAY, 7 * DAY]
    : [5 * MINUTE, HOUR / 2, (ages ? 3 : 8) * HOUR];
  const lasts = isLong
    ? chance.int(10, 60) * HOUR
    : chance.int(ages ? 280 : 30, ages ? 400 : 200) * MINUTE;
  const pollMs = isLong ? chance.int(60, 240) * MINUTE : chance.int(5, 30) * MINUTE;
  const overlapMs = chance.pick([1, 3, 10, 15]) * (isLong ? 5 * MINUTE : MINUTE);
  const maxEvents = chance.pick([15, 25, 40, 60, 80, 120, 300]);
  const folding = foldingOf(seed);
  const start = START + chance.int(0, 59) * SECOND;
  const calm = start + (minutes === undefined ? lasts : Math.min(minutes * MINUTE, 30 * DAY));
  return {
    seed,
    kinds,
    forgets: ages || kinds.has("bytes"),
    onDisk,
    shell,
    onWire: chance.is(0.08),
    start,
    calm,
    end: calm + every + (isLong ? 4 * HOUR : 80 * MINUTE),
    events: chance.int(Math.ceil(maxEvents / 3), maxEvents),
    lifeMs: (calm - start) / chance.pick([2, 5, 12]),
    options: watchOptions({
      pollMs,
      overlapMs,
      backfillMs: chance.pick([0, 0, 2 * unit, 20 * unit]),
      catchUpMs: Math.max(pollMs, 3 * overlapMs, chance.int(1, 6) * unit),
      hourSweep: { everyMs: unit * chance.int(5, 12), reachMs: reach / chance.int(4, 8) },
      daySweep: { everyMs: every, reachMs: reach },
      reserve: chance.pick([0, 0.5, 0.9]),
      maxPages: chance.pick([60, 1_000]),
      maxPassEvents: chance.pick([500, 50_000]),
      // Longer than a sweep reaches back, or what was removed would be read again.
      maxAgeMs: ages ? reach + HOUR : 90 * DAY,
      suppressesByDefault: folding.isByDefault,
      maxFoldWindows: folding.maxWindows,
      maxAlertAgeMs: chance.pick([DAY, reach / 8]),
      ...(kinds.has("bytes") ? { maxBytes: 2 ** 20 } : {}),
    }),
  };
}

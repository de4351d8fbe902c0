/** What the collector has counted since the log was created. */
export interface CollectorCounts {
  /** Requests made. */
  readonly requests: number;
  /** Pages recorded. */
  readonly pages: number;
  /** Events recorded. */
  readonly recorded: number;
  /** Of those, events with an equal one before them. */
  readonly twins: number;
  /** Events that were in the log already. */
  readonly duplicates: number;
  /** Times that one of them came with another name of its user or account group. */
  readonly renamed: number;
  /** Twins that had to be confirmed by a second pass. */
  readonly held: number;
  /** Invalid events that were kept separately. */
  readonly invalid: number;
  /** Of the events recorded, those that were too large to be recorded whole. */
  readonly oversized: number;
  /** Events refused because they are older than what retention has removed. */
  readonly expired: number;
  /** Alerts. */
  readonly alerts: number;
  /** Of those, alerts about the past, which page nobody. */
  readonly backfilled: number;
  /** Of those, repeats, of which only a count is delivered. */
  readonly folded: number;
  /** Alerts whose notification a silence has held back. */
  readonly silenced: number;
  /** Windows of repeats that were closed before their time, since there were too many. */
  readonly windowsClosedEarly: number;
  /** Events on which a rule failed. */
  readonly unmatched: number;
  /** Matches that came when the windows of their correlation had already been decided. */
  readonly matchesLate: number;
  /** Matches without a date, or without a field of `group-by` or `condition.field`. */
  readonly matchesIncomplete: number;
  /** Matches of correlations that were dropped because a limit was reached. */
  readonly matchesDropped: number;
  /** Failed requests. */
  readonly failures: number;
  /** Slices read to their end. */
  readonly passes: number;
  /** Slices restarted. */
  readonly restarts: number;
  /** Events recorded after their time had been read, by how late: up to each bound, and later. */
  readonly late: readonly number[];
}

type Numbers = Omit<CollectorCounts, "late">;

/** Counts to add; default 0 each. */
export type CountsToAdd = Partial<Numbers> & { readonly late?: readonly number[] };

/**
 * The upper bounds of the late-arrival histogram, in milliseconds: 1, 5, 15 minutes, 1, 6, 24
 * hours, 7 days.
 */
export const LATE_BOUNDS_MS: readonly number[] = [
  60_000,
  300_000,
  900_000,
  3_600_000,
  21_600_000,
  86_400_000,
  604_800_000,
];

/**
 * Nothing counted yet.
 *
 * @returns Zeros.
 */
export function noCounts(): CollectorCounts {
  return {
    requests: 0,
    pages: 0,
    recorded: 0,
    twins: 0,
    duplicates: 0,
    renamed: 0,
    held: 0,
    invalid: 0,
    oversized: 0,
    expired: 0,
    alerts: 0,
    backfilled: 0,
    folded: 0,
    silenced: 0,
    windowsClosedEarly: 0,
    unmatched: 0,
    matchesLate: 0,
    matchesIncomplete: 0,
    matchesDropped: 0,
    failures: 0,
    passes: 0,
    restarts: 0,
    late: Array(LATE_BOUNDS_MS.length + 1).fill(0),
  };
}

/**
 * Adds to some of the counts.
 *
 * @param counts The counts so far.
 * @param more What to add.
 * @returns The sums.
 */
export function addCounts(counts: CollectorCounts, more: CountsToAdd): CollectorCounts {
  const { late = [], ...numbers } = more;
  // A state that an earlier version saved may lack a count.
  const sums: Record<keyof Numbers, number> = { ...noCounts(), ...counts };
  for (const [name, value] of Object.entries(numbers)) sums[name as keyof Numbers] += value;
  return { ...sums, late: counts.late.map((n, index) => n + (late[index] ?? 0)) };
}

/**
 * Sorts delays into the buckets of the histogram.
 *
 * @param delays How late each event came, in milliseconds.
 * @returns One count for each bound, and one for later events.
 */
export function lateHistogram(delays: readonly number[]): number[] {
  const buckets = Array<number>(LATE_BOUNDS_MS.length + 1).fill(0);
  for (const delay of delays) {
    const bound = LATE_BOUNDS_MS.findIndex((maxMs) => delay <= maxMs);
    const bucket = bound < 0 ? LATE_BOUNDS_MS.length : bound;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

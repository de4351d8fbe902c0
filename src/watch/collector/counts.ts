/** What the collector has counted since the log was made. */
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
  /** Twins that had to be confirmed by a second pass. */
  readonly held: number;
  /** Invalid events kept aside. */
  readonly invalid: number;
  /** Events refused because retention has removed all of their age. */
  readonly expired: number;
  /** Alerts. */
  readonly alerts: number;
  /** Events on which a rule broke. */
  readonly unmatched: number;
  /** Failed requests. */
  readonly failures: number;
  /** Slices read to their end. */
  readonly passes: number;
  /** Slices begun anew. */
  readonly restarts: number;
  /** Events recorded after their time had been read already, by how late: up to each bound, and later. */
  readonly late: readonly number[];
}

/** The upper bounds of the late-arrival histogram, in milliseconds: 1, 5, 15 minutes, 1, 6, 24 hours, 7 days. */
export const LATE_BOUNDS_MS: readonly number[] = [
  60_000,
  300_000,
  900_000,
  3_600_000,
  21_600_000,
  86_400_000,
  604_800_000,
];

/** Nothing counted yet. */
export function noCounts(): CollectorCounts {
  return {
    requests: 0,
    pages: 0,
    recorded: 0,
    twins: 0,
    duplicates: 0,
    held: 0,
    invalid: 0,
    expired: 0,
    alerts: 0,
    unmatched: 0,
    failures: 0,
    passes: 0,
    restarts: 0,
    late: Array(LATE_BOUNDS_MS.length + 1).fill(0),
  };
}

/** Adds to some of the counts. */
export function addCounts(
  counts: CollectorCounts,
  more: Partial<Omit<CollectorCounts, "late">> & { late?: readonly number[] },
): CollectorCounts {
  const { late, ...numbers } = more;
  const sum: Record<string, unknown> = { ...counts };
  for (const [name, value] of Object.entries(numbers)) {
    sum[name] = (sum[name] as number) + value;
  }
  if (late !== undefined) sum.late = counts.late.map((n, index) => n + (late[index] ?? 0));
  return sum as unknown as CollectorCounts;
}

/**
 * Sorts delays into the buckets of the histogram.
 *
 * @param delays How late each event came, in milliseconds.
 * @returns One count for each bound, and one for what is later.
 */
export function lateHistogram(delays: readonly number[]): number[] {
  const buckets = Array<number>(LATE_BOUNDS_MS.length + 1).fill(0);
  for (const delay of delays) {
    const bound = LATE_BOUNDS_MS.findIndex((most) => delay <= most);
    buckets[bound < 0 ? LATE_BOUNDS_MS.length : bound]!++;
  }
  return buckets;
}

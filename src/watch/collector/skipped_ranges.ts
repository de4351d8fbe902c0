import { type CollectorState, MIN_SLICE_MS, type Range, type Skipped } from "./state.ts";

/** When a range that could not be read is tried again, in milliseconds after it was skipped. */
const SKIPPED_RETRY_MS = 3_600_000;
/**
 * More ranges are joined into fewer, longer ones: the state is bounded, and nothing is forgotten.
 */
const MAX_SKIPPED_RANGES = 50;

/**
 * The ranges that could not be read, those that are being tried again included.
 *
 * @param state The state.
 * @returns The ranges, oldest first.
 */
export function skippedRanges({ skipped = [], readings }: CollectorState): Range[] {
  const again = readings.skipped;
  return [...skipped, ...(again === undefined ? [] : [{ from: again.at, to: again.to }])]
    .sort((a, b) => a.from - b.from);
}

/**
 * Adds a range that could not be read; it is tried again after about an hour.
 *
 * @param before The ranges so far, oldest first.
 * @param range The range.
 * @param now Milliseconds since the Unix epoch.
 * @returns The ranges with it, oldest first.
 */
export function addSkipped(
  before: readonly Skipped[],
  { from, to }: Range,
  now: number,
): readonly Skipped[] {
  const added = { from, to: Math.max(to, from + MIN_SLICE_MS), retryAt: now + SKIPPED_RETRY_MS };
  let ranges: Skipped[] = [];
  for (const range of [...before, added].sort((a, b) => a.from - b.from)) {
    const last = ranges.at(-1);
    if (last === undefined || range.from > last.to) ranges.push(range);
    else ranges[ranges.length - 1] = join(last, range);
  }
  while (ranges.length > MAX_SKIPPED_RANGES) ranges = joinNearest(ranges);
  return ranges;
}

/** Joins the two neighbours with the shortest gap between them. */
function joinNearest(ranges: readonly Skipped[]): Skipped[] {
  const gaps = ranges.map(({ to }, index) => (ranges[index + 1]?.from ?? Infinity) - to);
  const nearest = gaps.indexOf(Math.min(...gaps));
  return ranges.flatMap((range, index) => {
    if (index === nearest + 1) return [];
    const next = index === nearest ? ranges[index + 1] : undefined;
    return [next === undefined ? range : join(range, next)];
  });
}

function join(a: Skipped, b: Skipped): Skipped {
  return { from: a.from, to: Math.max(a.to, b.to), retryAt: Math.min(a.retryAt, b.retryAt) };
}

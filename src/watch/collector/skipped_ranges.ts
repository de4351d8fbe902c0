import type { CollectorState, Range, Skipped } from "./state.ts";
import { SHORTEST_SLICE_MS } from "./shortest_slice.ts";

const RETRY_AFTER_MS = 3_600_000;
/** More are kept as fewer, longer ones: the state is bounded, and nothing is forgotten. */
const MOST_RANGES = 50;

/** The ranges that could not be read, oldest first, those that are being tried again included. */
export function skippedRanges({ skipped = [], readings }: CollectorState): Range[] {
  const again = readings.skipped;
  return [...skipped, ...(again === undefined ? [] : [{ from: again.at, to: again.to }])]
    .sort((a, b) => a.from - b.from);
}

/**
 * Notes a range that could not be read; it is tried again after about an hour.
 *
 * @param before The ranges so far, oldest first.
 * @param range The range.
 * @param now Milliseconds since the Unix epoch.
 */
export function withSkipped(
  before: readonly Skipped[],
  { from, to }: Range,
  now: number,
): readonly Skipped[] {
  const added = { from, to: Math.max(to, from + SHORTEST_SLICE_MS), retryAt: now + RETRY_AFTER_MS };
  const ranges: Skipped[] = [];
  for (const range of [...before, added].sort((a, b) => a.from - b.from)) {
    const last = ranges.at(-1);
    if (last === undefined || range.from > last.to) ranges.push(range);
    else ranges[ranges.length - 1] = join(last, range);
  }
  while (ranges.length > MOST_RANGES) {
    const gaps = ranges.slice(1).map(({ from }, index) => from - ranges[index]!.to);
    const nearest = gaps.indexOf(Math.min(...gaps));
    ranges.splice(nearest, 2, join(ranges[nearest]!, ranges[nearest + 1]!));
  }
  return ranges;
}

function join(a: Skipped, b: Skipped): Skipped {
  return { from: a.from, to: Math.max(a.to, b.to), retryAt: Math.min(a.retryAt, b.retryAt) };
}

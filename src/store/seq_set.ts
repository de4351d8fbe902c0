/** A row number, or the first and the last of consecutive ones. */
export type SeqRun = number | readonly [first: number, last: number];

/**
 * Row numbers, kept as runs: those of a pass are mostly consecutive, so that thousands of them take
 * as much room as one.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { runsOf, SeqSet } from "./seq_set.ts";
 *
 * const seqs = new SeqSet();
 * seqs.add(runsOf([4, 5, 6, 9]));
 * assertEquals(runsOf([4, 5, 6, 9]), [[4, 6], 9]);
 * assert(seqs.has(5) && !seqs.has(7));
 * ```
 */
export class SeqSet {
  /** The first and the last number of each run. */
  #runs: [first: number, last: number][] = [];
  #isSorted = true;

  /** Adds row numbers, as they are or as `runsOf()` returns them. */
  add(runs: readonly SeqRun[]): void {
    let latest = this.#runs.at(-1);
    for (const run of runs) {
      const [first, last] = typeof run === "number" ? [run, run] : run;
      if (latest !== undefined && latest[1] + 1 === first) latest[1] = last;
      else {
        if (latest !== undefined && latest[1] >= first) this.#isSorted = false;
        this.#runs.push(latest = [first, last]);
      }
    }
  }

  /** Whether a row number was added. */
  has(seq: number): boolean {
    if (!this.#isSorted) this.#sort();
    const runs = this.#runs;
    let low = 0;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (runs[middle]![1] < seq) low = middle + 1;
      else high = middle;
    }
    return low < runs.length && runs[low]![0] <= seq;
  }

  /** In order, and without overlaps: pages that are read again may show the same rows. */
  #sort(): void {
    const merged: [first: number, last: number][] = [];
    for (const run of this.#runs.sort(([a], [b]) => a - b)) {
      const before = merged.at(-1);
      if (before !== undefined && run[0] <= before[1] + 1) before[1] = Math.max(before[1], run[1]);
      else merged.push(run);
    }
    this.#runs = merged;
    this.#isSorted = true;
  }
}

/**
 * The runs among row numbers.
 *
 * @param seqs Row numbers; in rising order they make the longest runs.
 * @returns The same numbers, in the same order.
 */
export function runsOf(seqs: readonly number[]): SeqRun[] {
  const runs: SeqRun[] = [];
  for (let start = 0, end = 0; start < seqs.length; start = end) {
    end = start + 1;
    while (end < seqs.length && seqs[end] === seqs[end - 1]! + 1) end++;
    runs.push(end - start === 1 ? seqs[start]! : [seqs[start]!, seqs[end - 1]!]);
  }
  return runs;
}

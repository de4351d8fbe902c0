/**
 * A sum that does not depend on the order in which numbers are added and taken away.
 *
 * The numbers that are kept do not overlap, so nothing is rounded away (Shewchuk, "Adaptive
 * Precision Floating-Point Arithmetic", 1997). A plain sum would let the order of events decide
 * conditions such as `eq: 0.3`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ExactSum } from "./exact_sum.ts";
 *
 * const sum = new ExactSum();
 * for (const number of [1e16, 1, -1e16]) sum.add(number);
 * assertEquals(sum.value, 1);
 * ```
 */
export class ExactSum {
  readonly #parts: number[] = [];

  /** Adds a number; to take it away again, add its negative. */
  add(number: number): void {
    const parts = this.#parts;
    let rest = number;
    let kept = 0;
    for (let index = 0; index < parts.length; index++) {
      let small = parts[index]!;
      if (Math.abs(rest) < Math.abs(small)) [rest, small] = [small, rest];
      const high = rest + small;
      const low = small - (high - rest);
      if (low !== 0) parts[kept++] = low;
      rest = high;
    }
    parts.length = kept;
    if (rest !== 0) parts.push(rest);
  }

  /** The sum, rounded once. */
  get value(): number {
    const parts = this.#parts;
    let at = parts.length - 1;
    if (at < 0) return 0;
    let high = parts[at--]!;
    let low = 0;
    while (at >= 0) {
      const before = high;
      const next = parts[at--]!;
      high = before + next;
      low = next - (high - before);
      if (low !== 0) break;
    }
    // Exactly between two doubles: the next part says to which side to round.
    if (at >= 0 && ((low < 0 && parts[at]! < 0) || (low > 0 && parts[at]! > 0))) {
      const twice = low * 2;
      const rounded = high + twice;
      if (twice === rounded - high) high = rounded;
    }
    return high;
  }
}

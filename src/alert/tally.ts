/** The most frequent of what was counted. */
export interface Top {
  /** How many different values there were, as far as they were told apart. */
  readonly different: number;
  /** Whether there were more: what came after the limit is not told apart. */
  readonly more: boolean;
  /** The most frequent values. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/** The length at which a value is cut, in UTF-16 units. */
const MAX_LENGTH = 200;

/**
 * Counts values, but tells only so many apart: whoever acts in the log chooses them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Tally } from "./tally.ts";
 *
 * const tally = new Tally(2);
 * for (const value of ["Bo", "Ana", "Ana", "Cy"]) tally.add(value);
 * assertEquals(tally.top(1), { different: 2, more: true, top: [{ value: "Ana", count: 2 }] });
 * ```
 */
export class Tally {
  readonly #max: number;
  readonly #counts = new Map<string, number>();
  #more = false;

  /** @param max How many values are told apart. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Counts one value. */
  add(value: string): void {
    const key = value.slice(0, MAX_LENGTH);
    const count = this.#counts.get(key);
    if (count !== undefined || this.#counts.size < this.#max) {
      this.#counts.set(key, (count ?? 0) + 1);
    } else this.#more = true;
  }

  /** The most frequent values, at most `max`. */
  top(max: number): Top {
    const sorted = [...this.#counts].sort(([a, one], [b, two]) => two - one || (a < b ? -1 : 1));
    return {
      different: sorted.length,
      more: this.#more,
      top: sorted.slice(0, max).map(([value, count]) => ({ value, count })),
    };
  }
}

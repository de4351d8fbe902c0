import { compares, numberOf } from "../compile/modifier/comparison.ts";
import type { Comparison } from "../compile/work.ts";
import type { FactSink } from "./automaton.ts";

/** A comparison with the number of its fact. */
export interface Bound {
  /** How the field's number must compare. */
  comparison: Comparison;
  /** What it is compared with. */
  bound: number;
  /** The fact. */
  fact: number;
}

/** Comparisons of numbers, sorted so that only those that hold are visited. */
export class BoundTable {
  /** Ascending: "greater than" holds for the first ones. */
  readonly #above: readonly Bound[];
  /** Descending: "less than" holds for the first ones. */
  readonly #below: readonly Bound[];

  /** @param bounds The comparisons of one field. */
  constructor(bounds: readonly Bound[]) {
    const isAbove = ({ comparison }: Bound) => comparison === "gt" || comparison === "gte";
    this.#above = bounds.filter(isAbove).sort((a, b) => a.bound - b.bound);
    this.#below = bounds.filter((bound) => !isAbove(bound)).sort((a, b) => b.bound - a.bound);
  }

  /** Reports the comparisons that hold for the number that a string represents. */
  scan(text: string, sink: FactSink): void {
    const value = numberOf(text);
    if (Number.isNaN(value)) return;
    for (const { comparison, bound, fact } of this.#above) {
      if (bound > value) break;
      if (compares(value, comparison, bound)) sink.see(fact);
    }
    for (const { comparison, bound, fact } of this.#below) {
      if (bound < value) break;
      if (compares(value, comparison, bound)) sink.see(fact);
    }
  }
}

import type { Thresholds } from "../sigma_rule.ts";
import type { Evaluator, GroupState, Judgement } from "./group_state.ts";
import { satisfies } from "./thresholds.ts";

/** Counts matches. It keeps nothing, so all groups of a correlation share one. */
export class CountEvaluator implements Evaluator {
  readonly #thresholds: Thresholds;
  readonly #min: number;
  readonly #span: number;

  /**
   * @param thresholds The bounds.
   * @param min The smallest count that satisfies them.
   * @param span The timespan in milliseconds.
   */
  constructor(thresholds: Thresholds, min: number, span: number) {
    this.#thresholds = thresholds;
    this.#min = min;
    this.#span = span;
  }

  completion({ times }: GroupState, anchor: number): number {
    return times[anchor + this.#min - 1] ?? Infinity;
  }

  judge(group: GroupState, anchor: number): Judgement {
    const value = group.firstAfter(group.times[anchor]! + this.#span) - anchor;
    return { holds: satisfies(this.#thresholds, value), value };
  }

  /** The last match can complete only one window. */
  next({ size }: GroupState): number {
    return Math.max(0, size - this.#min);
  }

  passed(): void {}

  restart(): void {}

  inserted(): void {}
}

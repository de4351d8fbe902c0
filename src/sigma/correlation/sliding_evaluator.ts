import type { Thresholds } from "../sigma_rule.ts";
import { ExactSum } from "./exact_sum.ts";
import type { Evaluator, GroupState, Judgement } from "./group_state.ts";
import { satisfies } from "./thresholds.ts";

/** A number computed from the values in a window, as they enter and leave it. */
export interface Aggregate {
  /** The number; undefined without values. */
  readonly value: number | undefined;
  /** A value enters. */
  add(value: string | number): void;
  /** A value leaves. */
  remove(value: string | number): void;
}

/** How many different values there are. */
export class DistinctCount implements Aggregate {
  readonly #counts = new Map<string | number, number>();

  get value(): number {
    return this.#counts.size;
  }

  add(value: string | number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  remove(value: string | number): void {
    const left = this.#counts.get(value)! - 1;
    if (left === 0) this.#counts.delete(value);
    else this.#counts.set(value, left);
  }
}

/** The sum, or the average. */
export class Sum implements Aggregate {
  readonly #sum = new ExactSum();
  readonly #average: boolean;
  #count = 0;

  /** @param average Whether to divide by the number of values. */
  constructor(average: boolean) {
    this.#average = average;
  }

  get value(): number | undefined {
    if (this.#count === 0) return undefined;
    return this.#average ? this.#sum.value / this.#count : this.#sum.value;
  }

  add(value: number): void {
    this.#sum.add(value);
    this.#count++;
  }

  remove(value: number): void {
    this.#sum.add(-value);
    this.#count--;
  }
}

/** A percentile with linear interpolation between the two nearest values. */
export class Percentile implements Aggregate {
  readonly #sorted: number[] = [];
  readonly #rank: number;

  /** @param percentile From 0 to 100. */
  constructor(percentile: number) {
    this.#rank = percentile / 100;
  }

  get value(): number | undefined {
    const sorted = this.#sorted;
    const at = this.#rank * (sorted.length - 1);
    const below = sorted[Math.floor(at)];
    const above = sorted[Math.ceil(at)];
    if (below === undefined || above === undefined) return undefined;
    return below === above ? below : below + (above - below) * (at - Math.floor(at));
  }

  add(value: number): void {
    this.#sorted.splice(this.#place(value), 0, value);
  }

  remove(value: number): void {
    this.#sorted.splice(this.#place(value), 1);
  }

  #place(value: number): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Moves one window over the events of a group; each enters and leaves once, so a pass over a group
 * takes time linear in it.
 */
export class SlidingEvaluator implements Evaluator {
  readonly #thresholds: Thresholds;
  readonly #min: number;
  readonly #span: number;
  readonly #newAggregate: () => Aggregate;
  #aggregate: Aggregate;
  #low = 0;
  #high = 0;
  #next = 0;

  /**
   * @param thresholds The bounds.
   * @param min How many matches a window needs at least.
   * @param span The timespan in milliseconds.
   * @param newAggregate Makes an empty aggregate.
   */
  constructor(
    thresholds: Thresholds,
    min: number,
    span: number,
    newAggregate: () => Aggregate,
  ) {
    this.#thresholds = thresholds;
    this.#min = min;
    this.#span = span;
    this.#newAggregate = newAggregate;
    this.#aggregate = newAggregate();
  }

  completion(group: GroupState, anchor: number): number {
    const { times, columns } = group;
    if (anchor + this.#min > times.length) return Infinity;
    this.#moveTo(group, anchor);
    const values = columns!.values!;
    const limit = times[anchor]! + this.#span;
    while (!this.#holds && this.#high < times.length && times[this.#high]! <= limit) {
      this.#aggregate.add(values[this.#high++]!);
    }
    return this.#holds ? times[this.#high - 1]! : Infinity;
  }

  judge(group: GroupState, anchor: number): Judgement {
    this.#moveTo(group, anchor);
    const { times, columns } = group;
    const values = columns!.values!;
    const limit = times[anchor]! + this.#span;
    while (this.#high < times.length && times[this.#high]! <= limit) {
      this.#aggregate.add(values[this.#high++]!);
    }
    const { value } = this.#aggregate;
    return { holds: this.#holds, value: value ?? NaN };
  }

  next(): number {
    return this.#next;
  }

  passed(anchor: number): void {
    this.#next = anchor;
  }

  restart(): void {
    this.#next = 0;
    this.#reset(0);
  }

  inserted(group: GroupState, at: number, _grown: boolean): void {
    if (at < this.#next) this.#next = 0;
    if (at >= this.#high) return;
    if (at >= this.#low) {
      this.#aggregate.add(group.columns!.values![at]!);
      this.#high++;
      return;
    }
    this.#reset(0);
  }

  get #holds(): boolean {
    const { value } = this.#aggregate;
    return value !== undefined && satisfies(this.#thresholds, value);
  }

  #moveTo(group: GroupState, anchor: number): void {
    if (anchor < this.#low || anchor >= this.#high) this.#reset(anchor);
    const values = group.columns!.values!;
    while (this.#low < anchor) this.#aggregate.remove(values[this.#low++]!);
  }

  #reset(at: number): void {
    this.#aggregate = this.#newAggregate();
    this.#low = at;
    this.#high = at;
  }
}

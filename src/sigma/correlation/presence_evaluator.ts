import type { Condition, Thresholds } from "../sigma_rule.ts";
import type { Evaluator, GroupState, Judgement } from "./group_state.ts";
import { satisfies } from "./thresholds.ts";

/** What must be in a window. */
export interface Wanted {
  /** How many different keys, if that is what counts. */
  thresholds?: Thresholds;
  /** The smallest number of keys that satisfies the thresholds. */
  min: number;
  /** Which keys, if there is an expression; its names are those of `keyOfName`. */
  expression?: Condition;
  /** The key of each name in the expression. */
  keyOfName: ReadonlyMap<string, number>;
  /** The keys in the order in which they must occur; absent if any order will do. */
  sequence?: readonly number[];
  /** Whether keys are values instead of numbers of references. */
  byValue: boolean;
}

/** When matches of one key began and ended, by their beginning. */
class Occurrences {
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(start: number, end: number): void {
    const at = start >= (this.starts.at(-1) ?? -Infinity) ? this.starts.length : this.#first(start);
    if (at === this.starts.length) {
      this.starts.push(start);
      this.ends.push(end);
    } else {
      this.starts.splice(at, 0, start);
      this.ends.splice(at, 0, end);
    }
  }

  /**
   * The one that ends first among those that begin at a time or later.
   *
   * @param from The time.
   * @param beyond Only those after this position.
   * @returns Its position; -1 if there is none.
   */
  earliest(from: number, beyond = -1): number {
    const { starts, ends } = this;
    let best = -1;
    let bestEnd = Infinity;
    for (let at = Math.max(this.#first(from), beyond + 1); at < starts.length; at++) {
      // An end is never before its start, so nothing that begins later can end earlier.
      if (starts[at]! >= bestEnd) break;
      if (ends[at]! < bestEnd) [best, bestEnd] = [at, ends[at]!];
    }
    return best;
  }

  #first(time: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Groups with no more matches than this are scanned: an index would take more than it saves. */
const MAX_SCANNED = 24;

/**
 * Looks up which rules matched in a window, and in which order: for each, a binary search among its
 * matches. With `byValue`, the keys are values: the results of correlations are counted so, since
 * each stands for as many windows as it has matches.
 */
export class PresenceEvaluator implements Evaluator {
  readonly #wanted: Wanted;
  readonly #span: number;
  /** The matches of each key; made when there are many. */
  #known: Map<number | string, Occurrences> | undefined;
  /** The group that is looked at. */
  #group: GroupState | undefined;
  #next = 0;

  /** @param wanted What must be in a window. @param span The timespan in milliseconds. */
  constructor(wanted: Wanted, span: number) {
    this.#wanted = wanted;
    this.#span = span;
  }

  completion(group: GroupState, anchor: number): number {
    this.#look(group);
    const start = group.times[anchor]!;
    const { expression, sequence, min } = this.#wanted;
    if (expression) {
      return sequence
        ? this.#run(expression, start, start + this.#span)
        : this.#complete(expression, start);
    }
    if (sequence) return this.#longest(sequence, start, Infinity)[min] ?? Infinity;
    const ends = this.#ends(start);
    if (ends.length < min) return Infinity;
    return ends.length === 1 ? ends[0]! : ends.sort((a, b) => a - b)[min - 1]!;
  }

  judge(group: GroupState, anchor: number): Judgement {
    this.#look(group);
    const start = group.times[anchor]!;
    const limit = start + this.#span;
    const { expression, sequence, thresholds = {} } = this.#wanted;
    const seen = this.#ends(start).filter((end) => end <= limit).length;
    if (expression) {
      const holds = sequence
        ? this.#run(expression, start, limit) <= limit
        : this.#holds(expression, start, limit);
      return { holds, value: seen };
    }
    const value = sequence ? this.#longest(sequence, start, limit).length - 1 : seen;
    return { holds: satisfies(thresholds, value), value };
  }

  next(): number {
    return this.#next;
  }

  passed(anchor: number): void {
    this.#next = anchor;
  }

  restart(): void {
    this.#next = 0;
  }

  inserted(group: GroupState, at: number, grown: boolean): void {
    if (at < this.#next) this.#next = 0;
    if (!grown) this.#known = undefined;
    else if (this.#known) this.#note(this.#known, group, at);
  }

  #look(group: GroupState): void {
    this.#group = group;
    if (this.#known || group.size <= MAX_SCANNED) return;
    this.#known = new Map();
    for (let index = 0; index < group.size; index++) this.#note(this.#known, group, index);
  }

  #note(known: Map<number | string, Occurrences>, group: GroupState, index: number): void {
    const key = this.#keyOf(group, index);
    let occurrences = known.get(key);
    if (!occurrences) known.set(key, occurrences = new Occurrences());
    occurrences.add(group.times[index]!, group.end(index));
  }

  #keyOf(group: GroupState, index: number): number | string {
    return this.#wanted.byValue ? group.columns!.values![index]! : group.reference(index);
  }

  /** For each key that occurs at a time or later, when it ends first. */
  #ends(from: number): number[] {
    const ends: number[] = [];
    if (this.#known) {
      for (const occurrences of this.#known.values()) {
        const end = occurrences.ends[occurrences.earliest(from)];
        if (end !== undefined) ends.push(end);
      }
      return ends;
    }
    const group = this.#group!;
    const keys: (number | string)[] = [];
    for (let index = group.firstAt(from); index < group.size; index++) {
      const key = this.#keyOf(group, index);
      const end = group.end(index);
      const at = keys.indexOf(key);
      if (at < 0) {
        keys.push(key);
        ends.push(end);
      } else if (end < ends[at]!) ends[at] = end;
    }
    return ends;
  }

  /**
   * The match of a key that ends first among those that begin at a time or later.
   *
   * @param key The key.
   * @param from The time.
   * @param beyond Only matches after this one.
   */
  #earliest(key: number, from: number, beyond = -1): { at: number; end: number } {
    const occurrences = this.#known?.get(key);
    if (occurrences) {
      const at = occurrences.earliest(from, beyond);
      return { at, end: occurrences.ends[at] ?? Infinity };
    }
    const best = { at: -1, end: Infinity };
    if (this.#known) return best;
    const group = this.#group!;
    for (let at = Math.max(group.firstAt(from), beyond + 1); at < group.size; at++) {
      const end = group.end(at);
      if (end < best.end && group.reference(at) === key) Object.assign(best, { at, end });
    }
    return best;
  }

  #endOf(name: string, from: number): number {
    return this.#earliest(this.#wanted.keyOfName.get(name)!, from).end;
  }

  /** When an expression without `not` has become true, in any order. */
  #complete(part: Condition, start: number): number {
    if (part.op === "name") return this.#endOf(part.name, start);
    if (part.op !== "and" && part.op !== "or") return Infinity;
    const ends = part.of.map((inner) => this.#complete(inner, start));
    return part.op === "and" ? Math.max(...ends) : Math.min(...ends);
  }

  /** Whether an expression holds in a window, in any order. */
  #holds(part: Condition, start: number, limit: number): boolean {
    if (part.op === "not") return !this.#holds(part.of, start, limit);
    if (part.op === "and") return part.of.every((inner) => this.#holds(inner, start, limit));
    if (part.op === "or") return part.of.some((inner) => this.#holds(inner, start, limit));
    return part.op === "name" && this.#endOf(part.name, start) <= limit;
  }

  /**
   * When an expression is complete in which `and` means "then": the earliest end after `from`.
   * What is negated must be nowhere in the window.
   */
  #run(expression: Condition, from: number, limit: number): number {
    const start = from;
    const walk = (part: Condition, from: number): number => {
      if (from > limit) return Infinity;
      if (part.op === "name") return this.#endOf(part.name, from);
      if (part.op === "not") return this.#holds(part.of, start, limit) ? Infinity : from;
      if (part.op === "and") return part.of.reduce((end, inner) => walk(inner, end), from);
      if (part.op === "or") return Math.min(...part.of.map((inner) => walk(inner, from)));
      return Infinity;
    };
    const end = walk(expression, from);
    return end > limit ? Infinity : end;
  }

  /** For each length, the earliest end of so many rules of a sequence, in its order. */
  #longest(sequence: readonly number[], start: number, limit: number): number[] {
    const whole = this.#wanted.min === sequence.length;
    return whole
      ? this.#inOrder(sequence, start, limit)
      : this.#someInOrder(sequence, start, limit);
  }

  /** All of a sequence; the same rule again needs another match. */
  #inOrder(sequence: readonly number[], start: number, limit: number): number[] {
    const used = new Map<number, number>();
    const ends = [start];
    for (const key of sequence) {
      const { at, end } = this.#earliest(key, ends.at(-1)!, used.get(key));
      if (end > limit || end === Infinity) break;
      used.set(key, at);
      ends.push(end);
    }
    return ends;
  }

  /** Any of a sequence, as many as possible. */
  #someInOrder(sequence: readonly number[], start: number, limit: number): number[] {
    const ends = [start];
    for (const key of sequence) {
      for (let length = ends.length - 1; length >= 0; length--) {
        const { end } = this.#earliest(key, ends[length]!);
        if (end <= limit && end < (ends[length + 1] ?? Infinity)) ends[length + 1] = end;
      }
    }
    return ends;
  }
}

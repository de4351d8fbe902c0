import type { Closure } from "./closures.ts";
import { Jumps } from "./jumps.ts";

/** The cost of a step, per word and per shift of a word, in nanoseconds on a typical machine. */
const COST = { step: 6, word: 2.2, shift: 1.6 };

/** For steps that cost more than this, it is worth looking for shifts that make them cheaper. */
const EXPENSIVE = 85;

/** A longer shift could move a bit past a whole word. */
const MAX_SHIFT_WIDTH = 31;

const MAX_SHIFTS = 8;

/** What can be reached, from the beginning of a match and after each instruction. */
export interface Reach {
  /** How many instructions consume code points. */
  readonly count: number;
  /** The maximum number of followers in all; beyond it, nothing is built. */
  readonly max: number;
  readonly start: Closure;
  after(taker: number): Closure;
}

/** Where the masks of a word are: side by side, since one list is read faster than four. */
const WIDTH = 4;
const START = 0;
const MATCH = 1;
const SAME = 2;
const NEXT = 3;

/**
 * Which instructions may consume the next code point after those that consumed the last, as bits.
 *
 * Most are followed by themselves or by the next one, which costs a few operations for 32 of them.
 * Regular distances, as in "(.{0,5},){30}", cost a longer shift of all bits; the rest are jumps.
 */
export class FollowSets {
  /** The maximum cost of a step, in nanoseconds; infinite if there are too many followers. */
  readonly cost: number;
  readonly #words: number;
  /** For each word: what may start a match, what matches, what a shift of 0 or 1 may set. */
  readonly #masks: Int32Array;
  /** Longer shifts, with the bits that they may set. */
  readonly #shifts: readonly { by: number; mask: Int32Array }[];
  #jumps: Jumps | undefined;
  /** The patterns that match without consuming anything. */
  readonly #always: readonly number[];
  /** For each instruction: the pattern that matches after it. */
  readonly #owners: Int32Array;

  /** @param by The longer shifts to use. */
  constructor({ count, max, start, after }: Reach, by: readonly number[] = []) {
    const words = this.#words = (count + 31) >>> 5;
    const masks = this.#masks = new Int32Array(words * WIDTH);
    const set = (column: number, bit: number) => masks[(bit >>> 5) * WIDTH + column]! |= 1 << bit;
    for (const taker of start.takers) set(START, taker);
    this.#always = start.patterns;
    this.#owners = new Int32Array(count);
    this.#shifts = by.map((distance) => ({ by: distance, mask: new Int32Array(words) }));
    const byDistance: (Int32Array | undefined)[] = [];
    for (const shift of this.#shifts) byDistance[shift.by] = shift.mask;
    const jumps = new Jumps(count);
    const far = new Int32Array(words);
    let haveJumps = false;
    let left = max;
    for (let taker = 0; taker < count; taker++) {
      const { takers, patterns } = after(taker);
      left -= takers.length;
      if (left < 0) {
        this.cost = Infinity;
        return;
      }
      let isFar = false;
      for (const to of takers) {
        const shift = byDistance[to - taker];
        if (to === taker) set(SAME, to);
        else if (to === taker + 1) set(NEXT, to);
        else if (shift) shift[to >>> 5]! |= 1 << to;
        else {
          if (!isFar) far.fill(0);
          isFar = true;
          far[to >>> 5]! |= 1 << to;
        }
      }
      if (patterns.length > 0) {
        set(MATCH, taker);
        this.#owners[taker] = patterns[0]!;
      }
      if (isFar) jumps.add(taker, far);
      haveJumps ||= isFar;
    }
    if (haveJumps) this.#jumps = jumps;
    this.cost = COST.step + words * (COST.word + COST.shift * by.length) + jumps.close();
  }

  /** Builds the sets with the shifts that make a step cheapest; finding them takes some time. */
  static cheapest(reach: Reach): FollowSets {
    let best = new FollowSets(reach);
    if (best.cost <= EXPENSIVE) return best;
    const distances = commonDistances(reach);
    for (let count = 1; count <= distances.length; count++) {
      const other = new FollowSets(reach, distances.slice(0, count));
      if (other.cost < best.cost) best = other;
    }
    return best;
  }

  /**
   * Takes one step through a text.
   *
   * @param from The bits of what consumed the last code point, from index `at`.
   * @param to Receives the bits of what consumes the next.
   * @param masks The bits of what could consume it anywhere, from index `row`.
   * @returns Not 0 if a pattern matches before the next code point.
   */
  step(from: Int32Array, at: number, to: Int32Array, masks: Int32Array, row: number): number {
    const words = this.#words;
    const own = this.#masks;
    let found = this.#always.length;
    let before = 0;
    for (let word = 0, column = 0; word < words; word++, column += WIDTH) {
      const bits = from[at + word]!;
      found |= bits & own[column + MATCH]!;
      const moved = ((bits << 1) | (before >>> 31)) & own[column + NEXT]!;
      to[word] = (own[column + START]! | (bits & own[column + SAME]!) | moved) &
        masks[row + word]!;
      before = bits;
    }
    if (this.#shifts.length > 0) this.#shift(from, at, to, masks, row);
    this.#jumps?.take(from, at, to, masks, row);
    return found;
  }

  #shift(from: Int32Array, at: number, to: Int32Array, masks: Int32Array, row: number): void {
    const words = this.#words;
    for (let index = 0; index < this.#shifts.length; index++) {
      const { by, mask } = this.#shifts[index]!;
      let before = 0;
      for (let word = 0; word < words; word++) {
        const bits = from[at + word]!;
        const moved = ((bits << by) | (before >>> (32 - by))) & mask[word]!;
        to[word] = to[word]! | (moved & masks[row + word]!);
        before = bits;
      }
    }
  }

  /** The patterns that match at a position, each once; to be called if `step` reports any. */
  found(from: Int32Array, at: number): number[] {
    const patterns = new Set(this.#always);
    for (let word = 0; word < this.#words; word++) {
      const matching = this.#masks[word * WIDTH + MATCH]!;
      for (let bits = from[at + word]! & matching; bits !== 0; bits &= bits - 1) {
        patterns.add(this.#owners[word * 32 + 31 - Math.clz32(bits & -bits)]!);
      }
    }
    return [...patterns];
  }
}

/** The most common distances between followers, most common first. */
function commonDistances({ count, after }: Reach): number[] {
  const times = new Map<number, number>();
  let followers = 0;
  for (let taker = 0; taker < count; taker++) {
    const { takers } = after(taker);
    followers += takers.length;
    // With more followers on average, shifts would not cover them.
    if (followers > (MAX_SHIFTS + 2) * count) return [];
    for (const to of takers) {
      const distance = to - taker;
      if (distance < 2 || distance > MAX_SHIFT_WIDTH) continue;
      times.set(distance, (times.get(distance) ?? 0) + 1);
    }
  }
  return [...times].sort(([, a], [, b]) => b - a).slice(0, MAX_SHIFTS).map(([by]) => by);
}

import type { Closure } from "./closures.ts";
import { Jumps } from "./jumps.ts";

/** What a step costs, in nanoseconds of a usual machine: by itself, for each word, and for each shift of it. */
const COST = { step: 6, word: 2.2, shift: 1.6 };

/** Steps dearer than this are worth looking for shifts that make them cheaper. */
const DEAR = 60;

/** A bit that is shifted by more could pass a whole word. */
const LONGEST_SHIFT = 31;

const MOST_SHIFTS = 8;

/** Where more instructions follow each on average, shifts would not be enough. */
const MOST_FOLLOWERS = 20;

/** More than this in all, and so many for each, take too long to look through. */
const MOST_IN_ALL = 50_000;
const MOST_EACH = 100;

/** What can be reached, from the beginning of a match and after each instruction. */
export interface Reach {
  /** How many instructions take code points. */
  readonly count: number;
  readonly start: Closure;
  after(taker: number): Closure;
}

/** Where the masks of a word are: what may begin a match, what matches, and for each shift what it may set. */
const START = 0;
const MATCH = 1;
const SHIFTS = 2;

/**
 * Which instructions may take the next code point after which have taken the last one, as bits.
 *
 * Most are followed by themselves or by the one after them, which costs a few operations for 32 of them at
 * once. What is skipped regularly, as in "(.{0,5},){30}", costs a longer shift of all bits; all else jumps.
 */
export class FollowSets {
  /** What a step costs at most, in nanoseconds; infinite when so much follows that nothing was built. */
  readonly cost: number;
  readonly #words: number;
  /** By how much the bits are shifted. */
  readonly #shifts: Int32Array;
  /** The masks of each word, side by side: one list is read faster than many. */
  readonly #masks: Int32Array;
  #jumps: Jumps | undefined;
  /** The patterns that match without taking anything. */
  readonly #always: readonly number[];
  /** For each instruction: the pattern that matches after it. */
  readonly #owners: Int32Array;

  /** @param longer The shifts to use beside those by 0 and 1. */
  constructor({ count, start, after }: Reach, longer: readonly number[] = []) {
    const words = this.#words = (count + 31) >>> 5;
    const shifts = this.#shifts = Int32Array.of(0, 1, ...longer);
    const width = SHIFTS + shifts.length;
    const masks = this.#masks = new Int32Array(words * width);
    const set = (column: number, bit: number) => masks[(bit >>> 5) * width + column]! |= 1 << bit;
    for (const taker of start.takers) set(START, taker);
    this.#always = start.patterns;
    this.#owners = new Int32Array(count);
    const columns: (number | undefined)[] = [];
    shifts.forEach((by, index) => columns[by] = SHIFTS + index);
    const jumps = new Jumps(count);
    const far = new Int32Array(words);
    let haveJumps = false;
    let left = MOST_IN_ALL + count * MOST_EACH;
    for (let taker = 0; taker < count; taker++) {
      const { takers, patterns } = after(taker);
      left -= takers.length;
      if (left < 0) {
        this.cost = Infinity;
        return;
      }
      let isFar = false;
      for (const to of takers) {
        const column = columns[to - taker];
        if (column !== undefined) set(column, to);
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
    this.cost = COST.step + words * (COST.word + COST.shift * longer.length) + jumps.close();
  }

  /** With the shifts that make a step cheapest; takes some time to find them. */
  static cheapest(reach: Reach): FollowSets {
    let best = new FollowSets(reach);
    if (best.cost <= DEAR) return best;
    const distances = commonDistances(reach);
    for (let count = 1; count <= distances.length; count++) {
      const other = new FollowSets(reach, distances.slice(0, count));
      if (other.cost < best.cost) best = other;
    }
    return best;
  }

  /**
   * One step through a text.
   *
   * @param from Holds the bits of what took the last code point, from place `at` on.
   * @param to Gets the bits of what takes the next.
   * @param masks Holds the bits of what would take it anywhere, from place `row` on.
   * @returns Other than 0 when a pattern matches before the next code point.
   */
  step(from: Int32Array, at: number, to: Int32Array, masks: Int32Array, row: number): number {
    const words = this.#words;
    const own = this.#masks;
    const shifts = this.#shifts;
    let found = this.#always.length;
    let before = 0;
    for (let word = 0, column = 0; word < words; word++) {
      const bits = from[at + word]!;
      let next = own[column++]!;
      found |= bits & own[column++]!;
      next |= bits & own[column++]!;
      next |= ((bits << 1) | (before >>> 31)) & own[column++]!;
      for (let index = 2; index < shifts.length; index++) {
        const by = shifts[index]!;
        next |= ((bits << by) | (before >>> (32 - by))) & own[column++]!;
      }
      to[word] = next & masks[row + word]!;
      before = bits;
    }
    this.#jumps?.take(from, at, to, masks, row);
    return found;
  }

  /** The patterns that match at a place, each once; ask when `step` says that there are any. */
  found(from: Int32Array, at: number): number[] {
    const patterns = new Set(this.#always);
    const width = SHIFTS + this.#shifts.length;
    for (let word = 0; word < this.#words; word++) {
      const matching = this.#masks[word * width + MATCH]!;
      for (let bits = from[at + word]! & matching; bits !== 0; bits &= bits - 1) {
        patterns.add(this.#owners[word * 32 + 31 - Math.clz32(bits & -bits)]!);
      }
    }
    return [...patterns];
  }
}

/** By how much instructions are skipped most often; the commonest first. */
function commonDistances({ count, after }: Reach): number[] {
  const times = new Map<number, number>();
  let followers = 0;
  for (let taker = 0; taker < count; taker++) {
    const { takers } = after(taker);
    followers += takers.length;
    if (followers > MOST_FOLLOWERS * count) return [];
    for (const to of takers) {
      const distance = to - taker;
      if (distance < 2 || distance > LONGEST_SHIFT) continue;
      times.set(distance, (times.get(distance) ?? 0) + 1);
    }
  }
  return [...times].sort(([, a], [, b]) => b - a).slice(0, MOST_SHIFTS).map(([by]) => by);
}

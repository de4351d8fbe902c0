import { sideBounds, sideOf } from "./assertions.ts";
import type { Instruction, RuneSet } from "./program.ts";

const LATIN = 256;

/** The cost of a step of the binary search, in nanoseconds on a typical machine. */
const SEARCH_STEP_COST = 3;

/** Classes of code points, such that no instruction tells two of the same class apart. */
export class RuneClasses {
  /** How many classes there are. */
  readonly count: number;
  /** For each class: which side it is for assertions. */
  readonly sides: Uint8Array;
  /** For each class, and one that nothing consumes: a bit per instruction that consumes it. */
  readonly masks: Int32Array;
  /** The class of each of the first code points. */
  readonly latin = new Uint16Array(LATIN);
  /** The maximum cost of finding the class of a code point, in nanoseconds. */
  readonly cost: number;
  readonly #bounds: Int32Array;
  /** The class after each bound; the first is the class before all bounds. */
  readonly #classes: Uint16Array;

  /**
   * @param sets The sets of code points that instructions consume, each once.
   * @param takers The instructions that consume a code point, in the order of their bits.
   * @param asked What the program asserts.
   */
  constructor(sets: readonly RuneSet[], takers: readonly Instruction[], asked: number) {
    const known = new Map<string, number>();
    const taken: boolean[][] = [];
    const sides: number[] = [];
    const classAt = (rune: number): number => {
      const side = sideOf(rune, asked);
      const takes = sets.map((set) => isInSet(set, rune));
      const key = takes.reduce((text, does) => text + (does ? "1" : "0"), String(side));
      let number = known.get(key);
      if (number === undefined) {
        known.set(key, number = taken.push(takes) - 1);
        sides.push(side);
      }
      return number;
    };
    const bounds = this.#bounds = boundsOf(sets, asked);
    this.cost = SEARCH_STEP_COST * Math.log2(bounds.length + 1);
    this.#classes = new Uint16Array(bounds.length + 1);
    this.#classes[0] = classAt(0);
    bounds.forEach((bound, index) => this.#classes[index + 1] = classAt(bound));
    this.count = taken.length;
    this.sides = Uint8Array.from(sides);
    const words = (takers.length + 31) >>> 5;
    this.masks = new Int32Array((this.count + 1) * words);
    taken.forEach((takes, number) => {
      takers.forEach(({ arg }, taker) => {
        if (takes[arg]) this.masks[number * words + (taker >>> 5)]! |= 1 << taker;
      });
    });
    for (let rune = 0; rune < LATIN; rune++) this.latin[rune] = this.of(rune);
  }

  /** The class of a code point. */
  of(rune: number): number {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! <= rune) low = middle + 1;
      else high = middle;
    }
    return this.#classes[low]!;
  }
}

/** Where classes start that sets and sides tell apart; ascending, without 0. */
function boundsOf(sets: readonly RuneSet[], asked: number): Int32Array {
  const bounds = new Set(sideBounds(asked));
  for (const set of sets) set.forEach((rune, index) => bounds.add(rune + index % 2));
  bounds.delete(0);
  return Int32Array.from(bounds).sort();
}

function isInSet(set: RuneSet, rune: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (set[middle]! + middle % 2 <= rune) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1; // behind a first and before what follows its last
}

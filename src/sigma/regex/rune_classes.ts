import { sideOf } from "./assertions.ts";
import type { Instruction, Program } from "./program.ts";

const LATIN = 256;

/** What halving the bounds costs, in nanoseconds of a usual machine, where it cannot be guessed. */
const HALVING = 3;

/** Code points in classes, so that no instruction of a program tells two of the same class apart. */
export class RuneClasses {
  /** How many classes there are. */
  readonly count: number;
  /** For each class: what it is to an assertion. */
  readonly sides: Uint8Array;
  /** For each class, and one more that nothing takes: a bit for each instruction that takes it. */
  readonly masks: Int32Array;
  /** The class of each of the first code points. */
  readonly latin = new Uint16Array(LATIN);
  /** What finding the class of a code point costs at most, in nanoseconds. */
  readonly cost: number;
  readonly #bounds: Int32Array;
  /** The class from each bound on; before the first it is 0. */
  readonly #classes: Uint16Array;

  /**
   * @param program Where the code points are told apart.
   * @param takers The instructions that take a code point, in the order of their bits.
   * @param asked What the program asserts.
   */
  constructor({ bounds }: Program, takers: readonly Instruction[], asked: number) {
    const sets = distinctSets(takers);
    const known = new Map<string, number>();
    const taken: boolean[][] = [];
    const sides: number[] = [];
    const classAt = (rune: number): number => {
      const side = sideOf(rune, asked);
      const takes = sets.members.map((set) => set.matchRune(rune));
      const key = takes.reduce((text, does) => text + (does ? "1" : "0"), String(side));
      let number = known.get(key);
      if (number === undefined) {
        known.set(key, number = taken.push(takes) - 1);
        sides.push(side);
      }
      return number;
    };
    this.#bounds = bounds;
    this.cost = HALVING * Math.log2(bounds.length + 1);
    this.#classes = new Uint16Array(bounds.length + 1);
    this.#classes[0] = classAt(0);
    bounds.forEach((bound, index) => this.#classes[index + 1] = classAt(bound));
    this.count = taken.length;
    this.sides = Uint8Array.from(sides);
    const words = (takers.length + 31) >>> 5;
    this.masks = new Int32Array((this.count + 1) * words);
    taken.forEach((takes, number) => {
      sets.of.forEach((set, taker) => {
        if (takes[set]) this.masks[number * words + (taker >>> 5)]! |= 1 << taker;
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

/** Repetitions take the same set again and again: each is asked once only. */
function distinctSets(takers: readonly Instruction[]): { members: Instruction[]; of: number[] } {
  const known = new Map<Int32Array, number[]>();
  const members: Instruction[] = [];
  const of = takers.map((taker) => {
    let alike = known.get(taker.runes);
    if (!alike) known.set(taker.runes, alike = []);
    // Of one list there may be two sets: with its case folded, and as it is.
    let set = alike.find((each) => members[each]!.arg === taker.arg);
    if (set === undefined) alike.push(set = members.push(taker) - 1);
    return set;
  });
  return { members, of };
}

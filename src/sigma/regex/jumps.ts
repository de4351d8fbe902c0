import { StateTable } from "./state_table.ts";

/** The cost of a jump, and of each word it leads to, in nanoseconds on a typical machine. */
const COST = { jump: 3.5, target: 2 };

/** What is stored per bit: the bits of its word whose jumps may add to its own, and its targets. */
const WIDTH = 3;
const WORTH = 0;
const FIRST = 1;
const END = 2;

/**
 * Which bits set which others, where a shift of all bits at once does not cover it.
 *
 * They are taken one by one, but a jump is skipped if an earlier one of the same word had all its
 * targets: so what repeats at most n times costs one jump, not n.
 */
export class Jumps {
  /** The bits that have a jump. */
  readonly #having: Int32Array;
  readonly #byBit: Int32Array;
  /** Words and the bits to set in them; jumps with the same targets share them. */
  #targets: Int32Array = new Int32Array(0);
  readonly #list: number[] = [];
  readonly #known: StateTable;
  /** For each set of targets: where it starts in the list; it ends where the next starts. */
  readonly #places: number[] = [0];

  /** @param count How many bits there are. */
  constructor(count: number) {
    this.#having = new Int32Array((count + 31) >>> 5);
    this.#known = new StateTable(this.#having.length, Infinity);
    this.#byBit = new Int32Array(count * WIDTH);
  }

  /** Adds the targets of a bit. */
  add(from: number, targets: Int32Array): void {
    this.#having[from >>> 5]! |= 1 << from;
    const number = this.#known.number(targets);
    if (number + 1 === this.#places.length) {
      for (let word = 0; word < targets.length; word++) {
        if (targets[word] !== 0) this.#list.push(word, targets[word]!);
      }
      this.#places.push(this.#list.length);
    }
    this.#byBit[from * WIDTH + FIRST] = this.#places[number]!;
    this.#byBit[from * WIDTH + END] = this.#places[number + 1]!;
  }

  /**
   * Works out which jumps make which others redundant, once all are added.
   *
   * @returns The maximum cost of the others in one step, in nanoseconds.
   */
  close(): number {
    this.#targets = Int32Array.from(this.#list);
    const byBit = this.#byBit;
    let cost = 0;
    this.#having.forEach((having, word) => {
      const froms = bitsOf(having).map((bit) => word * 32 + bit);
      // The most expensive sequence of jumps in which none is redundant after the one before.
      const dearest: number[] = [];
      froms.forEach((from, index) => {
        let before = 0;
        froms.forEach((other, place) => {
          if (!this.#isWithin(other, from)) byBit[from * WIDTH + WORTH]! |= 1 << other;
          if (place < index && dearest[place]! > before && !this.#isWithin(from, other)) {
            before = dearest[place]!;
          }
        });
        const size = (byBit[from * WIDTH + END]! - byBit[from * WIDTH + FIRST]!) / 2;
        dearest.push(before + COST.jump + COST.target * size);
      });
      cost += Math.max(0, ...dearest);
    });
    return cost;
  }

  /**
   * Sets the bits that the jumps lead to.
   *
   * @param from The bits to jump from, from index `at`.
   * @param to Receives the bits.
   * @param masks The bits that may be set, from index `row`.
   */
  take(from: Int32Array, at: number, to: Int32Array, masks: Int32Array, row: number): void {
    const having = this.#having;
    const byBit = this.#byBit;
    const targets = this.#targets;
    for (let word = 0; word < having.length; word++) {
      let left = from[at + word]! & having[word]!;
      while (left !== 0) {
        const bit = ((word << 5) + 31 - Math.clz32(left & -left)) * WIDTH;
        left &= byBit[bit + WORTH]!;
        const end = byBit[bit + END]!;
        for (let index = byBit[bit + FIRST]!; index < end; index += 2) {
          const target = targets[index]!;
          to[target] = to[target]! | (targets[index + 1]! & masks[row + target]!);
        }
      }
    }
  }

  /** Whether the jump of another bit leads to all the targets of a bit's jump. */
  #isWithin(from: number, other: number): boolean {
    const targets = this.#targets;
    const byBit = this.#byBit;
    let place = byBit[other * WIDTH + FIRST]!;
    let index = byBit[from * WIDTH + FIRST]!;
    if (index === place) return true;
    const last = byBit[other * WIDTH + END]!;
    for (; index < byBit[from * WIDTH + END]!; index += 2) {
      while (place < last && targets[place]! < targets[index]!) place += 2;
      if (place >= last || targets[place] !== targets[index]) return false;
      if ((targets[index + 1]! & ~targets[place + 1]!) !== 0) return false;
    }
    return true;
  }
}

/** The numbers of the bits that are set. */
function bitsOf(word: number): number[] {
  const bits: number[] = [];
  for (; word !== 0; word &= word - 1) bits.push(31 - Math.clz32(word & -word));
  return bits;
}

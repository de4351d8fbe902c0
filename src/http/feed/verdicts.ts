/** How many entries share one word of each table. */
const WORD = 32;
/** Words of a table: 262,144 entries in 128 KB. */
const WORDS = 8_192;
const ALL = 0xffff_ffff;

/**
 * What a filter has said about entries, for the latest entries that it was asked about: nobody asks
 * it twice about the same one, as long as they are not too many.
 *
 * It is a direct-mapped cache: a word of entries replaces the one that shared its place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Verdicts } from "./verdicts.ts";
 *
 * const verdicts = new Verdicts();
 * for (let seq = 1; seq <= 70; seq++) verdicts.set(seq, seq === 66);
 * assertEquals([verdicts.get(66), verdicts.get(67), verdicts.get(71)], [true, false, undefined]);
 * assertEquals(verdicts.lastBeforeNext(0), 65);
 * ```
 */
export class Verdicts {
  /** Which word of entries each place holds, from 1; 0 for none. */
  #owners = new Float64Array(WORDS);
  #known = new Uint32Array(WORDS);
  #hits = new Uint32Array(WORDS);

  /** Whether an entry matches; undefined if that is not known. */
  get(seq: number): boolean | undefined {
    const { place, bit, isHere } = this.#find(seq);
    if (!isHere || (this.#known[place]! & bit) === 0) return undefined;
    return (this.#hits[place]! & bit) !== 0;
  }

  /** Notes whether an entry matches. */
  set(seq: number, isMatch: boolean): void {
    const { place, bit, owner, isHere } = this.#find(seq);
    if (!isHere) {
      this.#owners[place] = owner;
      this.#known[place] = this.#hits[place] = 0;
    }
    this.#known[place]! |= bit;
    if (isMatch) this.#hits[place]! |= bit;
  }

  /**
   * How far a reader can go without finding anything.
   *
   * @param after The seq that the reader has reached.
   * @returns The last seq of those after it that are all known not to match; `after` if there are
   *   none.
   */
  lastBeforeNext(after: number): number {
    let seq = after;
    for (;;) {
      const { place, isHere } = this.#find(seq + 1);
      const isWhole = (seq + 1) % WORD === 0 && isHere;
      if (isWhole && this.#known[place] === ALL && this.#hits[place] === 0) seq += WORD;
      else if (this.get(seq + 1) === false) seq++;
      else return seq;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#owners.fill(0);
  }

  #find(seq: number): { place: number; bit: number; owner: number; isHere: boolean } {
    const word = Math.floor(seq / WORD);
    const place = word % WORDS;
    const owner = word + 1;
    return { place, bit: 1 << (seq % WORD), owner, isHere: this.#owners[place] === owner };
  }
}

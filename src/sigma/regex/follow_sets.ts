import type { Closure } from "./closures.ts";

/** What a step costs, in nanoseconds of a usual machine: by itself, and for each word and each jump. */
const COST = { step: 5, word: 2.2, jump: 3, target: 1.5 };

/**
 * Which instructions may take the next code point after which have taken the last one, as bits.
 *
 * Most are followed by themselves or by the one after them, which costs two operations for 32 of them at
 * once. All else that follows is a jump, taken one by one; a jump that leads nowhere that an earlier one of
 * the same word has not led to is left out, so that what repeats at most n times costs one jump, not n.
 */
export class FollowSets {
  /** What a step costs at most, in nanoseconds. */
  readonly cost: number;
  readonly #words: number;
  /** What may begin a match here. */
  readonly #start: Int32Array;
  readonly #same: Int32Array;
  readonly #next: Int32Array;
  readonly #match: Int32Array;
  readonly #jumps: Int32Array;
  readonly #hasJumps: boolean;
  /** For each instruction: its jump, and those of its word that it makes needless. */
  readonly #jumpOf: Uint16Array;
  readonly #covers: Int32Array;
  /** For each jump: where its targets begin in the two lists; they end where the next begin. */
  readonly #targets: number[] = [0];
  readonly #targetWords: number[] = [];
  readonly #targetBits: number[] = [];
  /** The patterns that match without taking anything. */
  readonly #always: readonly number[];
  /** For each instruction: the pattern that matches after it; -1 when none does. */
  readonly #owners: Int32Array;

  /**
   * @param count How many instructions take code points.
   * @param start What can be reached at the beginning of a match.
   * @param after What can be reached after an instruction.
   */
  constructor(count: number, start: Closure, after: (taker: number) => Closure) {
    const words = this.#words = (count + 31) >>> 5;
    this.#start = new Int32Array(words);
    for (const taker of start.takers) this.#start[taker >>> 5]! |= 1 << taker;
    this.#always = start.patterns;
    this.#same = new Int32Array(words);
    this.#next = new Int32Array(words);
    this.#match = new Int32Array(words);
    this.#jumps = new Int32Array(words);
    this.#jumpOf = new Uint16Array(count);
    this.#covers = new Int32Array(count);
    this.#owners = new Int32Array(count).fill(-1);
    const known = new Map<string, number>();
    const sets: Set<number>[] = [];
    for (let taker = 0; taker < count; taker++) {
      const { takers, patterns } = after(taker);
      const [word, bit] = [taker >>> 5, 1 << taker];
      const far: number[] = [];
      for (const to of takers) {
        if (to === taker) this.#same[word]! |= bit;
        else if (to === taker + 1) this.#next[word]! |= bit;
        else far.push(to);
      }
      if (patterns.length > 0) {
        this.#match[word]! |= bit;
        this.#owners[taker] = patterns[0]!;
      }
      if (far.length === 0) continue;
      this.#jumps[word]! |= bit;
      const key = far.join();
      let jump = known.get(key);
      if (jump === undefined) {
        known.set(key, jump = sets.push(new Set(far)) - 1);
        this.#addTargets(far);
      }
      this.#jumpOf[taker] = jump;
    }
    this.#hasJumps = sets.length > 0;
    this.cost = COST.step + COST.word * words + this.#cover(sets);
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
    const [start, same, next, match] = [this.#start, this.#same, this.#next, this.#match];
    let carry = 0;
    let found = this.#always.length;
    for (let word = 0; word < words; word++) {
      const bits = from[at + word]!;
      const moved = bits & next[word]!;
      found |= bits & match[word]!;
      to[word] = (start[word]! | (bits & same[word]!) | (moved << 1) | carry) & masks[row + word]!;
      carry = moved >>> 31;
    }
    if (this.#hasJumps) this.#jump(from, at, to, masks, row);
    return found;
  }

  /** The patterns that match at a place, each once; ask when `step` says that there are any. */
  found(from: Int32Array, at: number): number[] {
    const patterns = new Set(this.#always);
    for (let word = 0; word < this.#words; word++) {
      for (let bits = from[at + word]! & this.#match[word]!; bits !== 0; bits &= bits - 1) {
        patterns.add(this.#owners[word * 32 + lowest(bits)]!);
      }
    }
    return [...patterns];
  }

  #jump(from: Int32Array, at: number, to: Int32Array, masks: Int32Array, row: number): void {
    const [targets, targetWords, targetBits] = [
      this.#targets,
      this.#targetWords,
      this.#targetBits,
    ];
    for (let word = 0; word < this.#words; word++) {
      let bits = from[at + word]! & this.#jumps[word]!;
      while (bits !== 0) {
        const taker = word * 32 + lowest(bits);
        const jump = this.#jumpOf[taker]!;
        for (let index = targets[jump]!, end = targets[jump + 1]!; index < end; index++) {
          const target = targetWords[index]!;
          to[target]! |= targetBits[index]! & masks[row + target]!;
        }
        bits &= this.#covers[taker]!;
      }
    }
  }

  #addTargets(takers: readonly number[]): void {
    const byWord = new Map<number, number>();
    for (const to of takers) byWord.set(to >>> 5, (byWord.get(to >>> 5) ?? 0) | (1 << to));
    for (const [word, bits] of byWord) {
      this.#targetWords.push(word);
      this.#targetBits.push(bits);
    }
    this.#targets.push(this.#targetWords.length);
  }

  /** Works out which jumps make which needless, and what the rest of them cost at most in one step. */
  #cover(sets: readonly Set<number>[]): number {
    let total = 0;
    for (let word = 0; word < this.#words; word++) {
      const takers: number[] = [];
      for (let bits = this.#jumps[word]!; bits !== 0; bits &= bits - 1) {
        takers.push(word * 32 + lowest(bits));
      }
      // The dearest row of jumps of which none is covered by the one before.
      const dearest: number[] = [];
      takers.forEach((taker, index) => {
        const jump = this.#jumpOf[taker]!;
        let before = 0;
        let kept = 0;
        takers.forEach((other, place) => {
          const isCovered = (by: number, of: number) =>
            by === of || (sets[by]!.size >= sets[of]!.size && sets[of]!.isSubsetOf(sets[by]!));
          if (!isCovered(jump, this.#jumpOf[other]!)) kept |= 1 << other;
          if (place < index && !isCovered(this.#jumpOf[other]!, jump)) {
            before = Math.max(before, dearest[place]!);
          }
        });
        this.#covers[taker] = kept;
        const size = this.#targets[jump + 1]! - this.#targets[jump]!;
        dearest.push(before + COST.jump + COST.target * size);
      });
      total += Math.max(0, ...dearest);
    }
    return total;
  }
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

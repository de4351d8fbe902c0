/**
 * A random source that gives the same numbers for the same seed, so that an organisation, a history
 * or a scenario can be reproduced. A xorshift generator: plausible variety, no secrecy.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { seededRandom } from "./random.ts";
 *
 * assertEquals(seededRandom(7)(), seededRandom(7)());
 * ```
 *
 * @param seed Any integer; equal seeds give equal sequences.
 * @returns A function like `Math.random`, in [0, 1).
 */
export function seededRandom(seed: number): () => number {
  // A state of zero would stay zero for ever; the multiplication spreads small seeds apart.
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}

/**
 * Picks one member of a list, each with the same probability.
 *
 * @typeParam T What the list holds.
 * @param random Gives [0, 1).
 * @param list Must not be empty.
 * @throws {RangeError} If the list is empty.
 */
export function pick<T>(random: () => number, list: readonly T[]): T {
  if (list.length === 0) throw new RangeError("Cannot pick from an empty list");
  return list[Math.floor(random() * list.length)]!;
}

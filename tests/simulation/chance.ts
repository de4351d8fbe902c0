/**
 * Reproducible chance. Each concern has its own random stream, so that switching one off does not
 * change the others.
 */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  /** True with a probability. */
  is(probability: number): boolean;
  /** One of a list. */
  pick<T>(list: readonly T[]): T;
  /** A length with this mean, at most eight times as long. */
  about(mean: number): number;
}

/**
 * Chance for one concern of one seed.
 *
 * @param seed The seed of the run.
 * @param concern What it decides.
 */
export function chanceOf(seed: number, concern: string): Chance {
  let state = 0x811c9dc5;
  for (const character of `${seed} ${concern}`) {
    state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);
  }
  // The mulberry32 generator: small, fast, and good enough for dice.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    is: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)]!,
    about: (mean) => Math.round(mean * Math.min(8, -Math.log(1 - next()))),
  };
}

/** A seeded generator of numbers, so that every run measures the same rules and events. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number below the limit. */
  below(limit: number): number;
  /** One of the list. */
  pick<T>(list: readonly T[]): T;
}

/** @param seed Any whole number. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (list) => list[below(list.length)]! };
}

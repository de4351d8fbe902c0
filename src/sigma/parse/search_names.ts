import { closest } from "../closest.ts";

/**
 * How much the patterns of one detection may cost together: each costs its own length times that of
 * all names. Ten patterns over fifty selections cost about 0.1 % of it.
 */
const MAX_PATTERN_COST = 4_000_000;

/** How many misspelled names are worth a suggestion: each is compared with many others. */
const MAX_SUGGESTIONS = 20;

/**
 * The search identifiers of one detection, as its conditions look them up.
 *
 * Conditions and names grow together, so that a walk through all names for each word would take
 * time that grows with their product.
 */
export class SearchNames {
  readonly #names: ReadonlySet<string>;
  readonly #totalLength: number;
  #patternCost = 0;
  #suggested = 0;

  /** @param names The search identifiers in the written order. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
    this.#totalLength = names.reduce((sum, name) => sum + name.length + 1, 0);
  }

  /** Whether there is a search identifier of this name. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /**
   * The search identifiers that a pattern after `of` stands for.
   *
   * `them` leaves out names that start with "_"; so does a pattern that does not start with it.
   *
   * @param pattern `them`, a name, or a name with `*` and `?`.
   * @returns The names; undefined once the detection has too many names for its patterns.
   */
  chosenBy(pattern: string): string[] | undefined {
    const isThem = pattern.toLowerCase() === "them";
    if (!isThem && !/[*?]/.test(pattern)) return this.#names.has(pattern) ? [pattern] : [];
    this.#patternCost += pattern.length * this.#totalLength;
    if (this.#patternCost > MAX_PATTERN_COST) return undefined;
    return [...this.#names].filter((name) =>
      isThem
        ? !name.startsWith("_")
        : (pattern.startsWith("_") || !name.startsWith("_")) && fitsPattern(name, pattern)
    );
  }

  /** The search identifier that a misspelled one most likely stands for. */
  closest(name: string): string | undefined {
    return this.#suggested++ < MAX_SUGGESTIONS ? closest(name, this.#names) : undefined;
  }
}

/** `*` is any run, `?` one unit; greedy with one backtrack point, so the cost is bounded. */
function fitsPattern(name: string, pattern: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let next = 0;
  while (at < name.length) {
    if (pattern[next] === "*") {
      star = next++;
      resume = at;
    } else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === name[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[next] === "*") next++;
  return next === pattern.length;
}

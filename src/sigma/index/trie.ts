import { type Alphabet, alphabetOf } from "./alphabet.ts";
import { EdgeMap } from "./edge_map.ts";

/** A literal, folded, with the number of its fact. */
export type Literal = readonly [text: string, fact: number];

/** The literals as a tree of units. */
export interface Trie extends Alphabet {
  /** How many states there are; 0 is the root. */
  states: number;
  /** For state and class: the next state; 0 for none, since nothing leads back to the root. */
  children: Uint16Array;
  /** The facts of the literals that end in a state. */
  facts: (number[] | undefined)[];
}

/** Cells of the transition table above which literals are cut shorter: it should stay in the cache. */
const MOST_CELLS = 800_000;

/** States have 15 bits; the 16th says that a literal ends. */
const MOST_STATES = 0x7fff;

/** What a table says of a state in which a literal ends. */
export const ENDS = 0x8000;

/** Lengths that literals are cut to, tried until the table is small enough. */
const LENGTHS = [40, 16, 12, 10, 8, 6, 5, 4, 3];

/** Of so many literals, the first three units of each fit into the states. */
export const MOST_LITERALS = 10_000;

/**
 * Builds the tree; literals are cut to their most unusual part when the tree would grow too large.
 *
 * @param literals At most 10,000, not empty, without surrogates.
 * @param keepsStart Whether literals are cut at their end only.
 * @returns The tree.
 */
export function buildTrie(literals: readonly Literal[], keepsStart = false): Trie {
  const alphabet = alphabetOf(literals.map(([text]) => text));
  let costs: Float64Array | undefined;
  for (const length of LENGTHS) {
    const parts = literals.map(([text, fact]): Literal => {
      if (text.length <= length) return [text, fact];
      if (keepsStart) return [text.slice(0, length), fact];
      costs ??= pairCosts(literals, alphabet);
      return [rarestPart(text, length, costs, alphabet), fact];
    });
    const trie = treeOf(parts, alphabet, length);
    if (trie) return trie;
  }
  throw new RangeError("Cannot build the index: a field has too many different literals");
}

/** Gives up as soon as the tree grows too large; the shortest parts are taken at any size. */
function treeOf(
  literals: readonly Literal[],
  { classes, width }: Alphabet,
  length: number,
): Trie | undefined {
  const fitting = length === LENGTHS.at(-1) ? MOST_STATES : Math.floor(MOST_CELLS / width);
  const most = Math.min(fitting, MOST_STATES);
  const edges = new EdgeMap();
  const facts: (number[] | undefined)[] = [undefined];
  for (const [text, fact] of literals) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const edge = state * width + classes[text.charCodeAt(at)]!;
      state = edges.getOrSet(edge, facts.length);
      if (state < facts.length) continue;
      if (state > most) return undefined;
      facts.push(undefined);
    }
    (facts[state] ??= []).push(fact);
  }
  const children = new Uint16Array(facts.length * width);
  edges.forEach((edge, child) => children[edge] = child);
  return { states: facts.length, width, classes, children, facts };
}

/** How common each pair of neighbouring classes is among the literals, as logarithms. */
function pairCosts(literals: readonly Literal[], alphabet: Alphabet): Float64Array {
  const { width } = alphabet;
  const counts = new Float64Array(width * width).fill(1);
  for (const [text] of literals) {
    for (let at = 1; at < text.length; at++) counts[pairAt(text, at, alphabet)]! += 1;
  }
  return counts.map(Math.log);
}

function pairAt(text: string, at: number, { classes, width }: Alphabet): number {
  return classes[text.charCodeAt(at - 1)]! * width + classes[text.charCodeAt(at)]!;
}

/** The part of this length whose neighbouring characters are the least common among the literals. */
function rarestPart(
  text: string,
  length: number,
  costs: Float64Array,
  alphabet: Alphabet,
): string {
  let sum = 0;
  let best = 0;
  let least = Infinity;
  for (let end = 1; end < text.length; end++) {
    sum += costs[pairAt(text, end, alphabet)]!;
    const start = end - length + 1;
    if (start < 0) continue;
    if (sum < least) [best, least] = [start, sum];
    sum -= costs[pairAt(text, start + 1, alphabet)]!;
  }
  return text.slice(best, best + length);
}

import { type Alphabet, alphabetOf } from "./alphabet.ts";
import { EdgeMap } from "./edge_map.ts";

/** A literal, folded, with the number of its fact. */
export type Literal = readonly [text: string, fact: number];

/** The literals as a trie of units. */
export interface Trie extends Alphabet {
  /** How many states there are; 0 is the root. */
  states: number;
  /** For each state and class: the next state; 0 for none, as nothing leads back to the root. */
  children: Uint16Array;
  /** The facts of the literals that end in a state. */
  facts: (number[] | undefined)[];
}

/** Above this many cells, literals are cut shorter: the table should fit in the cache. */
const MAX_CELLS = 800_000;

/** States have 15 bits; the 16th marks the end of a literal. */
const MAX_STATES = 0x7fff;

/** Marks a state in which a literal ends. */
export const ENDS = 0x8000;

/** The lengths to which literals are cut, tried until the table is small enough. */
const LENGTHS = [40, 16, 12, 10, 8, 6, 5, 4, 3];

/** With this many literals, the first three units of each always fit. */
export const MAX_LITERALS = 10_000;

/**
 * Builds the trie; literals are cut if it would grow too large.
 *
 * Of a literal that may be anywhere, the end is kept: literals of one kind, such as paths, often
 * begin alike.
 *
 * @param literals At most 10,000, non-empty, without surrogates.
 * @param atEdge Whether they must be at an edge of the string, so that their start must be kept.
 * @returns The trie.
 */
export function buildTrie(literals: readonly Literal[], atEdge = false): Trie {
  const alphabet = alphabetOf(literals.map(([text]) => text));
  for (const length of LENGTHS) {
    const parts = literals.map(([text, fact]): Literal => {
      return [atEdge ? text.slice(0, length) : text.slice(-length), fact];
    });
    const trie = treeOf(parts, alphabet, length);
    if (trie) return trie;
  }
  throw new RangeError("Cannot build the index: a field has too many different literals");
}

/** Gives up as soon as the trie grows too large; the shortest parts are used at any size. */
function treeOf(
  literals: readonly Literal[],
  { classes, width }: Alphabet,
  length: number,
): Trie | undefined {
  const fitting = length === LENGTHS.at(-1) ? MAX_STATES : Math.floor(MAX_CELLS / width);
  const max = Math.min(fitting, MAX_STATES);
  const edges = new EdgeMap();
  const facts: (number[] | undefined)[] = [undefined];
  for (const [text, fact] of literals) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const edge = state * width + classes[text.charCodeAt(at)]!;
      state = edges.getOrSet(edge, facts.length);
      if (state < facts.length) continue;
      if (state > max) return undefined;
      facts.push(undefined);
    }
    (facts[state] ??= []).push(fact);
  }
  const children = new Uint16Array(facts.length * width);
  edges.forEach((edge, child) => children[edge] = child);
  return { states: facts.length, width, classes, children, facts };
}

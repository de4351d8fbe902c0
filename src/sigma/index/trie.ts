import { FOLDED_UNITS } from "../fold.ts";

/** For folded units: the others that fold to them. */
const UNFOLDED = new Map<number, number[]>();
for (let unit = 0; unit < FOLDED_UNITS.length; unit++) {
  const folded = FOLDED_UNITS[unit]!;
  if (folded === unit) continue;
  const units = UNFOLDED.get(folded);
  if (units) units.push(unit);
  else UNFOLDED.set(folded, [unit]);
}

/** A literal, folded, with the number of its fact. */
export type Literal = readonly [text: string, fact: number];

/** The literals as a tree of units. */
export interface Trie {
  /** How many states there are; 0 is the root. */
  states: number;
  /** How many classes of units there are. */
  width: number;
  /** The class of each unit; 0 for units that are in no literal. */
  classes: Uint8Array | Uint16Array;
  /** For state and class: the next state; 0 for none, since nothing leads back to the root. */
  children: Int32Array;
  /** The facts of the literals that end in a state. */
  facts: (number[] | undefined)[];
}

/** Cells of the transition table above which literals are cut shorter. */
const MOST_CELLS = 2_000_000;

/** Lengths that literals are cut to, tried until the table is small enough. */
const LENGTHS = [16, 8, 5, 3];

/**
 * Builds the tree; literals are cut to their most unusual part when the tree would grow too large.
 *
 * @param literals Not empty, without surrogates.
 * @param keepsStart Whether literals are cut at their end only.
 * @returns The tree.
 */
export function buildTrie(literals: readonly Literal[], keepsStart = false): Trie {
  const { classes, width } = alphabetOf(literals);
  let costs: Float64Array | undefined;
  for (const length of LENGTHS) {
    const parts = literals.map(([text, fact]): Literal => {
      if (text.length <= length) return [text, fact];
      if (keepsStart) return [text.slice(0, length), fact];
      costs ??= pairCosts(literals, classes, width);
      return [rarestPart(text, length, costs, classes, width), fact];
    });
    const trie = treeOf(parts, classes, width, length);
    if (trie) return trie;
  }
  throw new RangeError("Cannot build the index: a field has too many different literals");
}

/** Gives up as soon as the tree grows too large; the shortest parts are taken at any size. */
function treeOf(
  literals: readonly Literal[],
  classes: Trie["classes"],
  width: number,
  length: number,
): Trie | undefined {
  const most = length === LENGTHS.at(-1) ? Infinity : Math.floor(MOST_CELLS / width);
  const total = literals.reduce((sum, [text]) => sum + text.length, 1);
  const children = new Int32Array((Math.min(total, most) + 1) * width);
  const facts: (number[] | undefined)[] = [undefined];
  for (const [text, fact] of literals) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const edge = state * width + classes[text.charCodeAt(at)]!;
      let child = children[edge]!;
      if (child === 0) {
        child = facts.push(undefined) - 1;
        if (child > most) return undefined;
        children[edge] = child;
      }
      state = child;
    }
    (facts[state] ??= []).push(fact);
  }
  const states = facts.length;
  return { states, width, classes, children: children.slice(0, states * width), facts };
}

/** Class 0 is every unit that is in no literal; all units that fold to the same one share a class. */
function alphabetOf(literals: readonly Literal[]) {
  const numbers = new Map<number, number>();
  for (const [text] of literals) {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (!numbers.has(unit)) numbers.set(unit, numbers.size + 1);
    }
  }
  const width = numbers.size + 1;
  const classes = width <= 256 ? new Uint8Array(0x10000) : new Uint16Array(0x10000);
  for (const [unit, number] of numbers) {
    classes[unit] = number;
    for (const other of UNFOLDED.get(unit) ?? []) classes[other] = number;
  }
  return { classes, width };
}

/** How common each pair of neighbouring classes is among the literals, as logarithms. */
function pairCosts(literals: readonly Literal[], classes: Trie["classes"], width: number) {
  const counts = new Float64Array(width * width).fill(1);
  for (const [text] of literals) {
    for (let at = 1; at < text.length; at++) counts[pairAt(text, at, classes, width)]! += 1;
  }
  return counts.map(Math.log);
}

function pairAt(text: string, at: number, classes: Trie["classes"], width: number): number {
  return classes[text.charCodeAt(at - 1)]! * width + classes[text.charCodeAt(at)]!;
}

/** The part of this length whose neighbouring characters are the least common among the literals. */
function rarestPart(
  text: string,
  length: number,
  costs: Float64Array,
  classes: Trie["classes"],
  width: number,
): string {
  let sum = 0;
  let best = 0;
  let least = Infinity;
  for (let end = 1; end < text.length; end++) {
    sum += costs[pairAt(text, end, classes, width)]!;
    const start = end - length + 1;
    if (start < 0) continue;
    if (sum < least) [best, least] = [start, sum];
    sum -= costs[pairAt(text, start + 1, classes, width)]!;
  }
  return text.slice(best, best + length);
}

import { Automaton, type FactSink } from "./automaton.ts";
import { EdgeTable } from "./edge_table.ts";
import { type Literal, MAX_LITERALS } from "./trie.ts";

/** A table or automaton that reports the facts of a string. */
export interface Scanner {
  /** Reports the facts of a string. */
  scan(text: string, sink: FactSink): void;
}

/** Where in the string literals must be. */
export type LiteralPlace = "anywhere" | "start" | "end";

const BEYOND_ASCII = /[^\0-\x7f]/;

/**
 * The scanners for the literals of one field.
 *
 * Literals with characters beyond ASCII get scanners of their own: they are few, but would make the
 * alphabet, and so the tables, several times larger. Only strings with such characters can match.
 *
 * @param literals Folded, non-empty strings without surrogates.
 * @param place Where in the string they must be.
 */
export function literalScanners(literals: readonly Literal[], place: LiteralPlace): Scanner[] {
  const plain = literals.filter(([text]) => !BEYOND_ASCII.test(text));
  const other = literals.filter(([text]) => BEYOND_ASCII.test(text));
  return [...scanners(plain, place), ...scanners(other, place).map(onlyBeyondAscii)];
}

function scanners(literals: readonly Literal[], place: LiteralPlace): Scanner[] {
  const all: Scanner[] = [];
  for (let from = 0; from < literals.length; from += MAX_LITERALS) {
    const some = literals.slice(from, from + MAX_LITERALS);
    all.push(place === "anywhere" ? new Automaton(some) : new EdgeTable(some, place));
  }
  return all;
}

function onlyBeyondAscii(scanner: Scanner): Scanner {
  return { scan: (text, sink) => BEYOND_ASCII.test(text) ? scanner.scan(text, sink) : undefined };
}

import { Automaton, type FactSink } from "./automaton.ts";
import { EdgeTable } from "./edge_table.ts";
import { type Literal, MAX_LITERALS } from "./trie.ts";

/** A table or automaton that reports facts of one text. */
export interface Scanner {
  /** Reports what is in a text. */
  scan(text: string, sink: FactSink): void;
}

/** Where literals stand. */
export type LiteralPlace = "anywhere" | "start" | "end";

const BEYOND_ASCII = /[^\0-\x7f]/;

/**
 * The scanners for the literals of one field.
 *
 * Literals with letters beyond ASCII are kept apart: they are few, but would make the alphabet, and so the
 * tables, several times larger. A text needs such a letter to hold one of them.
 *
 * @param literals Folded texts without surrogates, not empty.
 * @param place Where in the text they stand.
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

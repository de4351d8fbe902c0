import stringWidth from "string-width";

/** Columns that an indented line has for text at least; with fewer, it is not indented. */
const MIN_ROOM = 16;

/**
 * How many columns of a terminal a text takes: none for its colours, two for a wide character.
 *
 * @param text The text.
 */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/**
 * Folds a line to a width, between words where there are spaces.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { foldLine } from "./fold_line.ts";
 *
 * assertEquals(foldLine("10:00  Test deleted.  Ana Diaz", 23, 7), [
 *   "10:00  Test deleted.",
 *   "       Ana Diaz",
 * ]);
 * assertEquals(foldLine("payments-api", 6), ["paymen", "ts-api"]);
 * ```
 *
 * @param line The line.
 * @param width The maximum number of columns; undefined folds nothing.
 * @param indent How many spaces further lines begin with; none where they would leave no room.
 * @returns The lines.
 */
export function foldLine(line: string, width: number | undefined, indent = 0): string[] {
  if (width === undefined || columnsOf(line) <= width) return [line];
  const margin = " ".repeat(indent + MIN_ROOM > width ? 0 : indent);
  const lines: string[] = [];
  let current = "";
  let columns = 0;
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    let rest = word;
    if (columns > 0 && columns + columnsOf(word) > width) {
      lines.push(current);
      current = margin;
      columns = margin.length;
      rest = word.trimStart();
    }
    while (columns + columnsOf(rest) > width) {
      const room = Math.max(1, width - columns);
      const head = startOf(rest, room);
      lines.push(current + head);
      rest = rest.slice(head.length);
      current = margin;
      columns = margin.length;
    }
    current += rest;
    columns += columnsOf(rest);
  }
  return [...lines, ...(current.trim() === "" ? [] : [current])];
}

/** As much of a text as fits, a character at least; a colour is not torn. */
function startOf(text: string, room: number): string {
  let length = 0;
  let columns = 0;
  // deno-lint-ignore no-control-regex -- a colour begins with an escape
  for (const [piece] of text.matchAll(/\u001b\[\d+m|[^]/gu)) {
    columns += piece.startsWith("\u001b[") ? 0 : columnsOf(piece);
    if (length > 0 && columns > room) break;
    length += piece.length;
  }
  return text.slice(0, length);
}

/** The most characters kept of one text: an error is no place for a whole page. */
const LONGEST_LINE = 300;

/**
 * A text of the far end as it may stand in a message, a log or on a terminal: one line of at most 300
 * characters, without control characters or marks that hide or reorder text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { oneLine } from "./plain_text.ts";
 *
 * assertEquals(oneLine(" No\r\n\u001b[2Jupstream "), "No [2Jupstream");
 * assertEquals(oneLine("x".repeat(1e6)).length, 300);
 * ```
 *
 * @param text Hostile text of any length.
 * @returns The line; empty if nothing can be seen of the text.
 */
export function oneLine(text: string): string {
  const line = text.slice(0, 4 * LONGEST_LINE).replace(/[\s\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1).toWellFormed()}…` : line;
}

/**
 * Text from outside as it may stand on a terminal: one line, without control characters, escape
 * sequences, or marks that reorder or hide text, and not longer than it should be.
 *
 * Event text is written by whoever tries to log in; a terminal obeys what is in it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { printable } from "./printable.ts";
 *
 * assertEquals(printable("Ana\u001b[2J\r\nDiaz"), "Ana�[2J��Diaz");
 * assertEquals(printable("Checkout from Lisbon", 9), "Checkout…");
 * ```
 *
 * @param value Anything; what is no text is written as JSON.
 * @param most The longest result, in UTF-16 units; 200 without it.
 */
export function printable(value: unknown, most = 200): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  // Controls, format marks (bidirectional ones among them), lone surrogates, line and paragraph ends.
  const plain = text.slice(0, most * 4).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd");
  return plain.length <= most ? plain : `${plain.slice(0, most - 1).toWellFormed()}…`;
}

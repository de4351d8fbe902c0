import { safeText } from "../../stream/plain_text.ts";

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
 * @param max The maximum length of the result, in UTF-16 units; 200 without it.
 */
export function printable(value: unknown, max = 200): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return safeText(text, "\ufffd", max);
}

/**
 * Text written by others, made safe for messages, logs and terminals. Whoever tries to log in
 * chooses parts of an event, and a terminal obeys the control characters that it is sent.
 *
 * @module
 */

/** The default maximum length of one line: an error message has no room for a whole page. */
const MAX_LINE = 300;
/**
 * Controls, format characters (bidirectional ones among them), lone surrogates, line and paragraph
 * ends.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** The same without surrogates, so that text can also be escaped one unit at a time. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Replaces every control character and every mark that hides or reorders text, and cuts the text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { safeText } from "./plain_text.ts";
 *
 * assertEquals(safeText("Ana\u001b[2J\r\nDiaz", "?", 200), "Ana?[2J??Diaz");
 * assertEquals(safeText("Checkout from Lisbon", "?", 9), "Checkout…");
 * ```
 *
 * @param text Hostile text of any length.
 * @param replacement What stands for each character that is replaced.
 * @param max The maximum length of the result, in UTF-16 units.
 * @returns The text on one line; an ellipsis ends it if it was cut.
 */
export function safeText(text: string, replacement: string, max: number): string {
  return cut(text.slice(0, max * 4).replace(UNSAFE, replacement), max);
}

/**
 * Makes one line of a text for a message or a log: everything unsafe and every run of spaces
 * becomes a single space.
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
 * @returns At most 300 UTF-16 units; empty if nothing in the text is visible.
 */
export function oneLine(text: string): string {
  const line = text.slice(0, MAX_LINE * 4).replace(UNSAFE, " ").replace(/\s+/g, " ").trim();
  return cut(line, MAX_LINE);
}

/**
 * Escapes every control character and every mark that hides or reorders text, as JSON and
 * JavaScript do.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { escapeInvisible } from "./plain_text.ts";
 *
 * assertEquals(escapeInvisible("Ana\u202eDiaz\n"), "Ana\\u202eDiaz\\u000a");
 * ```
 *
 * @param text Hostile text.
 * @returns The text in full; JSON stays equal as JSON.
 */
export function escapeInvisible(text: string): string {
  return text.replace(
    INVISIBLE,
    (character) =>
      character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join(""),
  );
}

/**
 * Writes the first items of a list, one line each, and how many were left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { firstLines } from "./plain_text.ts";
 *
 * assertEquals(firstLines([1, 2, 3, 4], 2, (n) => `issue ${n}`), ["issue 1", "issue 2", "and 2 more"]);
 * ```
 *
 * @typeParam T What the list holds.
 * @param items The list.
 * @param max The maximum number of items that are written.
 * @param write Writes one item.
 * @returns The lines, at most `max + 1`.
 */
export function firstLines<T>(
  items: readonly T[],
  max: number,
  write: (item: T) => string,
): string[] {
  const lines = items.slice(0, max).map(write);
  if (items.length > max) lines.push(`and ${items.length - max} more`);
  return lines;
}

function cut(line: string, max: number): string {
  return line.length > max ? `${line.slice(0, max - 1).toWellFormed()}…` : line;
}

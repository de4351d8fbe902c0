import { safeText } from "../../stream/plain_text.ts";

/**
 * Text from strangers on one line, without characters that hide or reorder it. It still has to be
 * shown as text, never as HTML.
 *
 * @param value What an event holds; anything but a string is shown as JSON, nothing as nothing.
 * @param max The maximum length, in characters.
 * @returns Plain text.
 */
export function plain(value: unknown, max = 300): string {
  if (value === undefined || value === null) return "";
  return safeText(typeof value === "string" ? value : JSON.stringify(value), "\ufffd", max);
}

/**
 * A number with its noun.
 *
 * @param number How many.
 * @param noun One of them, whose plural ends in "s".
 * @returns For example `1 event`, `1,234 events`.
 */
export function counted(number: number, noun: string): string {
  return `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;
}

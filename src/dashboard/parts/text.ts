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

/**
 * JSON that survives every reader of lines. JSON may contain U+0085, U+2028 and U+2029 as they are,
 * and clients that split text at Unicode line ends, as Python's `splitlines()` does, would cut a
 * string at them: a name could forge a whole message. Everything else that such clients split at is
 * a control character, which JSON always escapes.
 *
 * @module
 */

const LINE_ENDS = /[\u0085\u2028\u2029]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  "\u0085": "\\u0085",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/**
 * Escapes the line ends that JSON allows inside strings. Every JSON text that leaves the process
 * has passed this function, or {@linkcode jsonText}, which calls it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lineSafe } from "./json_text.ts";
 *
 * assertEquals(lineSafe('{"user":"Ana\u2028Diaz"}'), '{"user":"Ana\\u2028Diaz"}');
 * ```
 *
 * @param json JSON on one line.
 * @returns JSON of the same value, which no client splits.
 */
export function lineSafe(json: string): string {
  // Three searches for one character are faster than one for any of them, and find nothing mostly.
  return json.includes("\u2028") || json.includes("\u2029") || json.includes("\u0085")
    ? json.replace(LINE_ENDS, (end) => ESCAPES[end] ?? end)
    : json;
}

/**
 * Serializes a value as JSON that no client splits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jsonText } from "./json_text.ts";
 *
 * assertEquals(jsonText({ user: "Ana\u0085Diaz" }), '{"user":"Ana\\u0085Diaz"}');
 * ```
 *
 * @param value A value that JSON can express.
 * @returns JSON on one line.
 */
export function jsonText(value: unknown): string {
  return lineSafe(JSON.stringify(value));
}

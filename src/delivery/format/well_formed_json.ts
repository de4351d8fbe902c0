import { jsonText } from "../../stream/json_text.ts";

/**
 * JSON that every parser takes: an event may hold half of a pair of surrogates, which JSON can
 * express, but for which parsers may refuse a whole message (RFC 8259, section 8.2).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wellFormedJson } from "./well_formed_json.ts";
 *
 * assertEquals(JSON.parse(wellFormedJson({ user: "Ana \ud83d" })), { user: "Ana \ufffd" });
 * ```
 *
 * @param value A value that JSON can express.
 * @returns JSON on one line; U+FFFD stands for each half.
 */
export function wellFormedJson(value: unknown): string {
  const json = jsonText(value);
  return json.includes("\\ud") ? json.replace(ESCAPE, withoutHalf) : json;
}

/** Each escape as a whole, so that an escaped backslash before `ud800` is not taken for one. */
const ESCAPE = /\\(?:u[0-9a-f]{4}|[^u])/g;

function withoutHalf(escape: string): string {
  // JSON.stringify() escapes no other surrogates than those without their other half.
  return /^\\ud[89a-f]/.test(escape) ? "\\ufffd" : escape;
}

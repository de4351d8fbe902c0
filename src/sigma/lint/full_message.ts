import type { Problem } from "../problem.ts";
import { ENGINE_CODES } from "./codes.ts";

/**
 * Returns a problem's message with its suggestion, as one line.
 *
 * The engine suggests the text to write, or gives advice; a check suggests what to do. Control characters, which a
 * hostile file could use to paint over a terminal, become visible.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fullMessage } from "./full_message.ts";
 *
 * const place = { line: 6, column: 11, endLine: 6, endColumn: 18 };
 * assertEquals(
 *   fullMessage({
 *     code: "modifier-unknown",
 *     severity: "error",
 *     message: "Unknown modifier 'contain'",
 *     suggestion: "contains",
 *     ...place,
 *   }),
 *   "Unknown modifier 'contain'; did you mean 'contains'?",
 * );
 * ```
 *
 * @param problem The problem.
 * @returns The line, without a full stop.
 */
export function fullMessage({ code, message, suggestion }: Problem): string {
  if (suggestion === undefined || message.endsWith("?")) return visible(message);
  if (!Object.hasOwn(ENGINE_CODES, code)) return visible(`${message}. ${suggestion}`);
  // Text to write is one word or an operator with its operand; anything longer is advice.
  const advice = / /.test(suggestion) && !/^(1 of|all of|any of|[\w-]+:) /.test(suggestion);
  return visible(
    advice ? `${message}; ${suggestion}` : `${message}; did you mean '${suggestion}'?`,
  );
}

/** Shows control characters and text-direction marks as their code points. */
export function visible(text: string): string {
  return text.replaceAll(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

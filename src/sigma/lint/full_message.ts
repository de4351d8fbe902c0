import { escapeInvisible } from "../../stream/plain_text.ts";
import type { Problem } from "../problem.ts";
import { ENGINE_CODES } from "./codes.ts";

/**
 * Returns a problem's message with its suggestion, as one line.
 *
 * The engine suggests what to write, or gives advice; a check suggests what to do. Control
 * characters, which a hostile file could use to overwrite a terminal, become visible.
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
  if (suggestion === undefined || message.endsWith("?")) return escapeInvisible(message);
  if (!Object.hasOwn(ENGINE_CODES, code)) return escapeInvisible(`${message}. ${suggestion}`);
  // What to write is one word, or an operator with its operand; anything longer is advice.
  const advice = / /.test(suggestion) && !/^(1 of|all of|any of|[\w-]+:) /.test(suggestion);
  return escapeInvisible(
    advice ? `${message}; ${suggestion}` : `${message}; did you mean '${suggestion}'?`,
  );
}

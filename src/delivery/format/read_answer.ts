/**
 * Reads what a receiver answered, where its status does not say whether it took the message.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readAnswer } from "./read_answer.ts";
 *
 * assertEquals(readAnswer('{"code":0}'), { json: { code: 0 } });
 * assertEquals(readAnswer(""), { refusal: "retry" });
 * assertEquals(readAnswer("<html>Log in"), { refusal: "permanent" });
 * ```
 *
 * @param answer The start of the answer's body.
 * @returns The JSON object; or what it means that there is none: an answer that broke off may come
 *   whole next time, but what answers with a page is not the receiver.
 */
export function readAnswer(
  answer: string,
):
  | { readonly json: Readonly<Record<string, unknown>>; readonly refusal?: never }
  | { readonly json?: never; readonly refusal: "retry" | "permanent" } {
  const text = answer.trim();
  if (text !== "" && !text.startsWith("{")) return { refusal: "permanent" };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { refusal: "retry" };
  }
}

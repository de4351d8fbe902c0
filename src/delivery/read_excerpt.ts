/** How much of an answer's body is read, in bytes. */
const MAX_EXCERPT_BYTES = 4_096;

/**
 * Reads the start of an answer's body and cancels the rest, which frees the connection.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readExcerpt } from "./read_excerpt.ts";
 *
 * const response = new Response("x".repeat(1_000_000));
 * assertEquals((await readExcerpt(response, new AbortController().signal)).length, 4_096);
 * ```
 *
 * @param response The answer; its body is consumed.
 * @param signal Stops reading; what has arrived by then is returned.
 * @returns At most 4 KiB as a string, malformed UTF-8 replaced. It never rejects: only the status
 *   matters.
 */
export async function readExcerpt(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const cancel = () => reader.cancel().catch(() => {});
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  const bytes = new Uint8Array(MAX_EXCERPT_BYTES);
  let length = 0;
  try {
    while (length < bytes.length) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, bytes.length - length);
      bytes.set(part, length);
      length += part.length;
    }
  } catch {
    // The receiver broke off its own answer.
  } finally {
    signal.removeEventListener("abort", cancel);
    await cancel();
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

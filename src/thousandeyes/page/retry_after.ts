/**
 * Reads the header `Retry-After`, which the API is not known to send, but something before it may.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.retry-after}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseRetryAfter } from "./retry_after.ts";
 *
 * assertEquals(parseRetryAfter(new Headers({ "retry-after": "120" }), 1_000), 121_000);
 * ```
 *
 * @param headers The headers of an answer.
 * @param now The time now, in milliseconds since the Unix epoch.
 * @returns Milliseconds since the Unix epoch; `undefined` if there is no such header, or none to be read.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return now + Number(text) * 1000;
  // The one form of date that has to be sent, so that nothing depends on what a runtime can read.
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

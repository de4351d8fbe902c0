/**
 * Reads a `Retry-After` header: seconds, with or without a fraction, or an HTTP date.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.retry-after}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { retryAfterMs } from "./retry_after.ts";
 *
 * assertEquals(retryAfterMs("1.5", 0), 1_500);
 * assertEquals(retryAfterMs("Thu, 01 Jan 1970 00:01:00 GMT", 10_000), 50_000);
 * assertEquals(retryAfterMs("soon", 0), undefined);
 * ```
 *
 * @param header The value of the header; null if it is absent.
 * @param now The time now, in milliseconds since the Unix epoch.
 * @returns Milliseconds from now, not clamped; 0 for a past date; `undefined` if the value is
 * invalid.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // Date.parse() alone accepts nearly anything, and takes a missing zone for local time.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun).* GMT$/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}

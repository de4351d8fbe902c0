/**
 * Reads a Retry-After header (RFC 9110, section 10.2.3): seconds, with or without a fraction, or an HTTP date.
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
 * @param header The header's value; null where there is none.
 * @param now The time now, in milliseconds since the Unix epoch.
 * @returns Milliseconds from now, 0 for a date in the past, not clamped; undefined where it says nothing.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // Date.parse() alone takes nearly anything, and what names no zone as local time.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun).* GMT$/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}

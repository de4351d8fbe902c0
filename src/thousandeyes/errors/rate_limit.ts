/** What the API said about the organisation's rate limit. A member is absent if its header was. */
export interface RateLimit {
  /** Requests that the whole organisation may make in one minute. */
  limit?: number;
  /** Requests left to the whole organisation until `resetAt`. */
  remaining?: number;
  /** When the count starts anew, in milliseconds since the Unix epoch. */
  resetAt?: number;
}

/** A reset below this is a number of seconds from now: no clock has shown so early a time since 2001. */
const EARLIEST_ABSOLUTE_S = 1e9;

/**
 * Reads the headers `X-Organization-Rate-Limit-Limit`, `-Remaining` and `-Reset`. The reset is a time in
 * Unix seconds; a small number is taken for seconds from now, as other limits of the API are sent.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/rate-limits/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseRateLimit } from "./rate_limit.ts";
 *
 * const headers = new Headers({
 *   "x-organization-rate-limit-limit": "240",
 *   "x-organization-rate-limit-remaining": "239",
 *   "x-organization-rate-limit-reset": "1785153000",
 * });
 * assertEquals(parseRateLimit(headers, 0), { limit: 240, remaining: 239, resetAt: 1785153000000 });
 * ```
 *
 * @param headers The headers of any answer of the API.
 * @param now The time now, in milliseconds since the Unix epoch.
 * @returns `undefined` if no such header can be read.
 */
export function parseRateLimit(headers: Headers, now: number): RateLimit | undefined {
  const limit = count(headers.get("x-organization-rate-limit-limit"));
  const remaining = count(headers.get("x-organization-rate-limit-remaining"));
  const reset = count(headers.get("x-organization-rate-limit-reset"));
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined &&
      { resetAt: reset < EARLIEST_ABSOLUTE_S ? now + reset * 1000 : reset * 1000 }),
  };
}

function count(header: string | null): number | undefined {
  return header !== null && /^\s*\d{1,12}\s*$/.test(header) ? Number(header) : undefined;
}

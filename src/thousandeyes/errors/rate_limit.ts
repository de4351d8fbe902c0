/** The organisation's rate limit as the API reported it. A member is absent if its header was. */
export interface RateLimit {
  /** How many requests the whole organisation may make per minute. */
  limit?: number;
  /** How many requests the whole organisation has left until `resetAt`. */
  remaining?: number;
  /** When the count starts again, in milliseconds since the Unix epoch. */
  resetAt?: number;
}

/** A reset below this is a number of seconds from now: as a time, it would be before 2001. */
const EARLIEST_ABSOLUTE_S = 1e9;

/**
 * Reads the headers `X-Organization-Rate-Limit-Limit`, `-Remaining` and `-Reset`. The reset is in
 * Unix seconds; a small number counts as seconds from now, the form that other limits of the API
 * have.
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
 * @param headers The headers of any response of the API.
 * @param now The time now, in milliseconds since the Unix epoch.
 * @returns The limit; `undefined` if none of the headers is valid.
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

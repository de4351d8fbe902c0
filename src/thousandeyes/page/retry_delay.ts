import { fullJitter } from "../../stream/full_jitter.ts";
import type { RetryOptions } from "./page_options.ts";
import type { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/** How long past the time that the API named: the clocks of two machines differ. */
const CLOCK_SKEW_MS = 1_000;
/** The first ceiling after a 429 that says nothing: the limit is counted by the minute. */
const RATE_LIMITED_BASE_MS = 8_000;

/**
 * Decides whether a failed request is repeated, and how long after.
 *
 * Where the API named a time, that is waited for, and up to a second more so that those who were sent
 * away together do not come back together. A reset that lies beyond `longestMs` is a clock that is wrong,
 * since limits are counted by the minute, and is cut; a `Retry-After` beyond it is meant, so we give up.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { retryDelay } from "./retry_delay.ts";
 * import { errorOfStatus } from "../errors/status_errors.ts";
 *
 * const random = () => 0.5;
 * assertEquals(retryDelay(errorOfStatus(500, {}), { attempt: 1, now: 0, random }), 250);
 * assertEquals(retryDelay(errorOfStatus(429, { retryAt: 9_000 }), { attempt: 1, now: 0, random }), 10_500);
 * assertEquals(retryDelay(errorOfStatus(403, {}), { attempt: 1, now: 0, random }), undefined);
 * ```
 *
 * @param error What failed.
 * @param options `attempt` counts the requests made so far; `now` is in milliseconds since the Unix epoch;
 * `random` gives [0, 1).
 * @returns Milliseconds, or `undefined` to give up.
 */
export function retryDelay(
  error: ThousandEyesError,
  options: RetryOptions & { attempt: number; now: number; random: () => number },
): number | undefined {
  const { attempt, attempts = 5, baseMs = 500, capMs = 30_000, longestMs = 65_000 } = options;
  const { now, random } = options;
  if (!error.retryable || attempt >= attempts) return undefined;
  const limited = error.status === 429;
  if (error.retryAt === undefined) {
    return limited
      ? fullJitter({ attempt, baseMs: RATE_LIMITED_BASE_MS, capMs: longestMs, random })
      : fullJitter({ attempt, baseMs, capMs, random });
  }
  const asked = Math.max(0, error.retryAt - now);
  if (asked > longestMs && error.retryAt !== error.rateLimit?.resetAt) return undefined;
  return Math.min(asked, longestMs) + CLOCK_SKEW_MS + random() * 1_000;
}

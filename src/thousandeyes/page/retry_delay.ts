import { fullJitter } from "../../stream/full_jitter.ts";
import { CLOCK_SKEW_MS, MAX_RESET_MS } from "./rate_budget.ts";
import type { RetryOptions } from "./page_options.ts";
import type { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/** The first maximum after a 429 that names no time: the limit is per minute. */
const RATE_LIMITED_BASE_MS = 8_000;

/**
 * Decides whether a failed request is retried, and after which delay.
 *
 * If the API named a time, the delay lasts until then, plus up to a second so that clients rejected
 * together do not return together. A reset beyond `maxAskedMs` comes from a wrong clock, since
 * limits are per minute, and is cut to it; a `Retry-After` beyond it is intended, so there is no
 * retry.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { retryDelay } from "./retry_delay.ts";
 * import { errorOfStatus } from "../errors/status_errors.ts";
 *
 * const random = () => 0.5;
 * assertEquals(retryDelay(errorOfStatus(500, {}), { attempt: 1, now: 0, random }), 250);
 * const limited = errorOfStatus(429, { retryAt: 9_000 });
 * assertEquals(retryDelay(limited, { attempt: 1, now: 0, random }), 10_500);
 * assertEquals(retryDelay(errorOfStatus(403, {}), { attempt: 1, now: 0, random }), undefined);
 * ```
 *
 * @param error Why the request failed.
 * @param options `attempt` is the number of requests so far; `now` is in milliseconds since the
 * Unix epoch; `random` gives [0, 1).
 * @returns Milliseconds, or `undefined` to give up.
 */
export function retryDelay(
  error: ThousandEyesError,
  options: RetryOptions & { attempt: number; now: number; random: () => number },
): number | undefined {
  const { attempt, attempts = 5, baseMs = 500, capMs = 30_000, maxAskedMs = MAX_RESET_MS } =
    options;
  const { now, random } = options;
  if (!error.retryable || attempt >= attempts) return undefined;
  const limited = error.status === 429;
  if (error.retryAt === undefined) {
    return limited
      ? fullJitter({ attempt, baseMs: RATE_LIMITED_BASE_MS, capMs: maxAskedMs, random })
      : fullJitter({ attempt, baseMs, capMs, random });
  }
  const asked = Math.max(0, error.retryAt - now);
  if (asked > maxAskedMs && error.retryAt !== error.rateLimit?.resetAt) return undefined;
  return Math.min(asked, maxAskedMs) + CLOCK_SKEW_MS + random() * 1_000;
}

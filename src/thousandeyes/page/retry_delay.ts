import { systemClock } from "../../stream/clock.ts";
import { fullJitter } from "../../stream/full_jitter.ts";
import { CLOCK_SKEW_MS, MAX_RESET_MS } from "./rate_budget.ts";
import type { PageOptions, RetryOptions } from "./page_options.ts";
import type { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/** The maximum number of requests, including the first. */
export const DEFAULT_ATTEMPTS = 5;
/** The first maximum after a 429 that names no time: the limit is per minute. */
const RATE_LIMITED_BASE_MS = 8_000;

/**
 * Decides whether a failed request is retried, and after which delay.
 *
 * If the API named a time, the delay lasts until then, plus up to a second so that clients rejected
 * together do not return together. A reset beyond `maxAskedMs` comes from a wrong clock, since
 * limits are per minute, and is cut to it; a `Retry-After` beyond it is intended, so there is no
 * retry, unless the number of attempts is infinite.
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
 * @param options `attempt` is the number of requests so far, `since` when the first of them failed
 * and `now` the time now, in milliseconds since the Unix epoch; `random` gives [0, 1); `retryable`
 * overrules what the error says.
 * @returns Milliseconds, or `undefined` to give up.
 */
export function retryDelay(
  error: ThousandEyesError,
  options: RetryOptions & {
    attempt: number;
    now: number;
    random: () => number;
    since?: number;
    retryable?: boolean;
  },
): number | undefined {
  const { attempt, now, since = now, retryable = error.retryable } = options;
  const { attempts = DEFAULT_ATTEMPTS, giveUpAfterMs = Infinity } = options;
  if (!retryable || attempt >= attempts) return undefined;
  const delay = delayOf(error, options);
  return delay === undefined || now + delay - since > giveUpAfterMs ? undefined : delay;
}

function delayOf(
  error: ThousandEyesError,
  options: RetryOptions & { attempt: number; now: number; random: () => number },
): number | undefined {
  const { attempt, now, random } = options;
  const { attempts, baseMs = 500, capMs = 30_000, maxAskedMs = MAX_RESET_MS } = options;
  const limited = error.status === 429;
  if (error.retryAt === undefined) {
    return limited
      ? fullJitter({ attempt, baseMs: RATE_LIMITED_BASE_MS, capMs: maxAskedMs, random })
      : fullJitter({ attempt, baseMs, capMs, random });
  }
  const asked = Math.max(0, error.retryAt - now);
  const intended = error.retryAt !== error.rateLimit?.resetAt;
  if (asked > maxAskedMs && intended && attempts !== Infinity) return undefined;
  return (intended ? asked : Math.min(asked, maxAskedMs)) + CLOCK_SKEW_MS + random() * 1_000;
}

/**
 * Waits before the next attempt, and tells `onRetry` first.
 *
 * @param error Why the last one failed.
 * @param options The clock, the signal, and how to retry.
 * @param failed `attempt` is the number of attempts so far, `since` when the first of them failed,
 * in milliseconds since the Unix epoch; `retryable` overrules what the error says.
 * @throws The error itself, if there is to be no other attempt.
 */
export async function waitToRetry(
  error: ThousandEyesError,
  { clock = systemClock, random = Math.random, signal, retry, onRetry }: PageOptions,
  failed: { attempt: number; since: number; retryable?: boolean },
): Promise<void> {
  const delayMs = retryDelay(error, { ...retry, ...failed, now: clock.now(), random });
  if (delayMs === undefined) throw error;
  await onRetry?.({ attempt: failed.attempt, error, delayMs });
  await clock.wait(delayMs, signal);
}

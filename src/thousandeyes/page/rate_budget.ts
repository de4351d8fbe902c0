import type { RateLimit } from "../errors/rate_limit.ts";

/** How long to wait after a reset: the clocks of two machines differ. */
export const CLOCK_SKEW_MS = 1_000;
/** The maximum time to a reset, as limits are per minute; beyond it, a clock is wrong. */
export const MAX_RESET_MS = 65_000;

/**
 * Leaves a share of the organisation's rate limit to its other tools: all tokens of an organisation
 * share one limit, so a client that uses it up stops everybody else's.
 *
 * It follows what the API reports as remaining, whoever used the rest. Right after a reset, a
 * request is always allowed, so it cannot starve.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/rate-limits/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RateBudget } from "./rate_budget.ts";
 *
 * const budget = new RateBudget({ reserve: 0.5 });
 * budget.learn({ limit: 240, remaining: 121, resetAt: 60_000 });
 * assertEquals(budget.delayMs(10_000), 0);
 * budget.spend();
 * assertEquals(budget.delayMs(10_000), 51_000);
 * ```
 */
export class RateBudget {
  readonly #reserve: number;
  #known: Required<RateLimit> | undefined;

  /**
   * Makes a budget that knows nothing yet, and therefore allows a first request.
   *
   * @param options `reserve` is the share of the limit that is left to others, in [0, 1); 0.5 by
   * default.
   * @throws {RangeError} If `reserve` is out of range.
   */
  constructor({ reserve = 0.5 }: { reserve?: number } = {}) {
    if (!(reserve >= 0 && reserve < 1)) {
      throw new RangeError(`Cannot reserve a share of the rate limit: ${reserve} is not in [0, 1)`);
    }
    this.#reserve = reserve;
  }

  /**
   * Learns what a response reported. Responses may arrive out of order; the lowest remainder
   * counts.
   *
   * @param rateLimit The `rateLimit` of a page or an error.
   */
  learn({ limit, remaining, resetAt }: RateLimit): void {
    if (limit === undefined || remaining === undefined || resetAt === undefined) return;
    const older = (this.#known?.resetAt ?? resetAt) - resetAt;
    if (older > 0 && older < MAX_RESET_MS) return; // from the minute before, overtaken
    const lowest = this.#known?.resetAt === resetAt
      ? Math.min(remaining, this.#known.remaining)
      : remaining;
    this.#known = { limit, remaining: lowest, resetAt };
  }

  /** Counts a request that is about to be sent. */
  spend(): void {
    if (this.#known !== undefined) this.#known.remaining--;
  }

  /**
   * How long to wait before the next request.
   *
   * @param now The time now, in milliseconds since the Unix epoch.
   * @returns Milliseconds, at most 65,000; 0 if there is room. Wait once, then send: only a
   * response tells more.
   */
  delayMs(now: number): number {
    const known = this.#known;
    if (known === undefined || known.remaining > known.limit * this.#reserve) return 0;
    return Math.min(Math.max(0, known.resetAt + CLOCK_SKEW_MS - now), MAX_RESET_MS);
  }

  /**
   * What the API reported last, minus the requests sent since; `undefined` before the first
   * response.
   */
  get known(): Readonly<Required<RateLimit>> | undefined {
    return this.#known === undefined ? undefined : { ...this.#known };
  }
}

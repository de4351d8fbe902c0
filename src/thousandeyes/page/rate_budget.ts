import type { RateLimit } from "../errors/rate_limit.ts";

/** How long past a reset to wait: the clocks of two machines differ. */
const CLOCK_SKEW_MS = 1_000;
/** The longest time to a reset, as limits are counted by the minute; beyond it a clock is wrong. */
const LONGEST_MS = 65_000;

/**
 * Keeps a share of the organisation's rate limit for its other tools: all tokens of an organisation draw
 * on one limit, so a client that uses it up stops everybody else's.
 *
 * It goes by what the API says is left, whoever used the rest. Just after a reset a request is always
 * allowed, so it cannot starve.
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
   * Makes a budget that knows nothing yet, and so allows a first request.
   *
   * @param options `reserve` is the share of the limit that is left to others, in [0, 1); 0.5 by default.
   * @throws {RangeError} If `reserve` is outside of that.
   */
  constructor({ reserve = 0.5 }: { reserve?: number } = {}) {
    if (!(reserve >= 0 && reserve < 1)) {
      throw new RangeError(`Cannot keep a share of the rate limit: ${reserve} is not in [0, 1)`);
    }
    this.#reserve = reserve;
  }

  /** Takes note of what an answer said. Answers may come out of order; the least that is left counts. */
  learn({ limit, remaining, resetAt }: RateLimit): void {
    if (limit === undefined || remaining === undefined || resetAt === undefined) return;
    const older = (this.#known?.resetAt ?? resetAt) - resetAt;
    if (older > 0 && older < LONGEST_MS) return; // of the minute before, and overtaken
    const least = this.#known?.resetAt === resetAt
      ? Math.min(remaining, this.#known.remaining)
      : remaining;
    this.#known = { limit, remaining: least, resetAt };
  }

  /** Takes note of a request that is about to be sent. */
  spend(): void {
    if (this.#known !== undefined) this.#known.remaining--;
  }

  /**
   * How long to wait before the next request.
   *
   * @param now The time now, in milliseconds since the Unix epoch.
   * @returns Milliseconds, at most 65,000; 0 if there is room. Wait once, then send: only an answer tells more.
   */
  delayMs(now: number): number {
    const known = this.#known;
    if (known === undefined || known.remaining > known.limit * this.#reserve) return 0;
    return Math.min(Math.max(0, known.resetAt + CLOCK_SKEW_MS - now), LONGEST_MS);
  }

  /** What the API said last, less the requests sent since; `undefined` before the first answer. */
  get known(): Readonly<Required<RateLimit>> | undefined {
    return this.#known === undefined ? undefined : { ...this.#known };
  }
}

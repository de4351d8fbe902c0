/** What the rate-limit headers report after a request. */
export interface RateReading {
  /** Requests per minute, for the whole organisation. */
  readonly limit: number;
  readonly remaining: number;
  /** When the next minute begins, in Unix seconds. */
  readonly reset: number;
  /** Whether the limit was used up before this request. */
  readonly exceeded: boolean;
}

const MINUTE_MS = 60_000;

/**
 * Counts the requests of an organisation per minute of the clock, as the reset times of the API
 * show.
 */
export class RateWindow {
  #minute = -1;
  #used = 0;

  /** @param limit Requests per minute. */
  constructor(readonly limit: number) {}

  /**
   * Counts one request.
   *
   * @param now Milliseconds since the Unix epoch.
   */
  take(now: number): RateReading {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used = 0;
    }
    const exceeded = this.#used >= this.limit;
    if (!exceeded) this.#used += 1;
    return {
      limit: this.limit,
      remaining: this.limit - this.#used,
      reset: (minute + 1) * MINUTE_MS / 1000,
      exceeded,
    };
  }
}

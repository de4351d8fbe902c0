/** What the rate headers say after one request. */
export interface RateReading {
  /** Requests a minute, for the whole organisation. */
  readonly limit: number;
  readonly remaining: number;
  /** The next rollover, in Unix seconds. */
  readonly reset: number;
  /** The limit was used up before this request. */
  readonly exceeded: boolean;
}

const MINUTE_MS = 60_000;

/** Counts the requests of an organisation by the clock's minute, as the API's reset times show that it does. */
export class RateWindow {
  #minute = -1;
  #used = 0;

  /** @param limit Requests a minute. */
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

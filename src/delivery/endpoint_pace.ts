import type { Outcome } from "./outcome.ts";

const MINUTE = 60_000;

/** A learned interval is at most this long, in milliseconds. */
const MAX_INTERVAL_MS = MINUTE;
/** With each accepted message the next may follow so much sooner, as a share of the interval. */
const GROWTH = 0.000_5;
/** Without another 429 for so long, in milliseconds, a limit counts as gone. */
const LIMIT_GONE_MS = 10 * MINUTE;
/** After a pause of so long, in milliseconds, what was accepted before says nothing of the rate. */
const IDLE_MS = 2_000;
/** An endpoint whose answers take so long on average, in milliseconds, is slow. */
const SLOW_MS = 2_000;
/** The weight of the latest answer in that average. */
const LATEST = 0.3;

/**
 * How fast messages may follow each other to one endpoint. It is in memory: after a restart, the
 * first 429 teaches it again.
 *
 * A receiver with a rate limit tells it by 429. What it accepted since the last one, by the time
 * that took, wait included, is the rate that it takes; from then on messages keep that distance. Each
 * accepted one shortens the distance a little, until the receiver says 429 again. So nearly
 * every request is a message that is accepted, at nearly the rate that the receiver allows.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { EndpointPace } from "./endpoint_pace.ts";
 *
 * const pace = new EndpointPace();
 * const busy = { kind: "throttle", code: "answered", status: 429, durationMs: 10 } as const;
 * for (const at of [0, 10, 20, 30]) pace.started(at);
 * for (const at of [0, 10, 20]) pace.ended({ kind: "ok", code: "answered", at, durationMs: 5 }, null);
 * pace.ended({ ...busy, at: 30 }, 1_200); // after three messages, it wants to be left alone until then
 * pace.started(1_200);
 * assertEquals(pace.nextAt(1_210), 1_600); // three in 1,200 ms
 * ```
 */
export class EndpointPace {
  #intervalMs = 0;
  #startedAt = -Infinity;
  /** Since when is counted how many messages were accepted. */
  #countedFrom = -Infinity;
  #accepted = 0;
  /** Until when the receiver last wanted to be left alone. */
  #limitedUntil = -Infinity;
  #averageMs = 0;
  /** When the latest attempts began, as many as the configured rate allows within a minute. */
  readonly #recent: number[] = [];

  /** Whether its answers take long. */
  get isSlow(): boolean {
    return this.#averageMs > SLOW_MS;
  }

  /**
   * Tells when the next attempt may start.
   *
   * @param now The time now, in milliseconds since the Unix epoch.
   * @param maxPerMinute How many may start within any minute, as configured; default any number.
   * @returns A time, likewise; in the past if it may start now.
   */
  nextAt(now: number, maxPerMinute = Infinity): number {
    const excess = this.#recent.length - maxPerMinute;
    const oldest = excess >= 0 ? this.#recent[excess] : undefined;
    const at = Math.max(
      Math.ceil(this.#startedAt + this.#intervalMs),
      oldest === undefined ? -Infinity : oldest + MINUTE,
    );
    // One further ahead was computed by a clock that was ahead.
    return at > now + MINUTE ? now : at;
  }

  /**
   * An attempt starts.
   *
   * @param now Milliseconds since the Unix epoch.
   * @param maxPerMinute As for `nextAt()`.
   */
  started(now: number, maxPerMinute = Infinity): void {
    if (Math.abs(now - this.#startedAt) > Math.max(IDLE_MS, 3 * this.#intervalMs)) {
      this.#countedFrom = now;
      this.#accepted = 0;
    }
    this.#startedAt = now;
    if (maxPerMinute === Infinity) return;
    this.#recent.push(now);
    this.#recent.splice(0, this.#recent.length - maxPerMinute);
  }

  /**
   * An attempt has ended.
   *
   * @param outcome How.
   * @param holdUntil Until when the endpoint wants to be left alone; null if it does not.
   */
  ended({ kind, status, at, durationMs }: Outcome, holdUntil: number | null): void {
    this.#averageMs += LATEST * (durationMs - this.#averageMs);
    if (kind === "ok") {
      this.#accepted++;
      const isGone = at > this.#limitedUntil + LIMIT_GONE_MS;
      this.#intervalMs = isGone
        ? Math.floor(this.#intervalMs / 2)
        : this.#intervalMs * (1 - GROWTH);
    }
    // Other throttling answers tell of an outage, and not of a limit.
    const isLimit = kind === "throttle" && !(status !== undefined && status >= 500);
    if (!isLimit || holdUntil === null || at < this.#limitedUntil) return;
    const elapsed = holdUntil - this.#countedFrom;
    const measured = this.#accepted > 0
      ? elapsed / this.#accepted
      : Math.max(2 * this.#intervalMs, holdUntil - at);
    this.#intervalMs = Math.min(Math.max(measured, 0), MAX_INTERVAL_MS);
    this.#countedFrom = holdUntil;
    this.#accepted = 0;
    this.#limitedUntil = holdUntil;
  }
}

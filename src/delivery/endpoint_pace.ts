import type { Outcome } from "./outcome.ts";

const MINUTE = 60_000;

/** A learned distance is at most this long, in milliseconds. */
const MAX_INTERVAL_MS = MINUTE;
/** How much faster is tried first, and from which factor on that is fine enough. */
const TRIED = { rough: 1.25, fair: 1.12, last: 1.05, gone: 2 };
/** From so many accepted messages, the first guess is fair. */
const FAIR_GUESS = 5;
/** After that, each accepted message shortens the distance by this share of it. */
const GROWTH = 0.000_5;
/** And a 429 makes it longer, by more if it comes soon after the one before. */
const BACK = { usual: 1.05, soon: 1.1, unproven: 1.25 };
/** A message that is late by up to this share of the distance does not delay the next one. */
const MAX_LATE = 0.25;
/** Without another 429 for so long, in milliseconds, a limit counts as gone. */
const LIMIT_GONE_MS = 10 * MINUTE;
/** A rate is proven by a window without 429, which is at least so long, in milliseconds. */
const MIN_WINDOW_MS = 1_000;
/** After a pause of so long, in milliseconds, what was accepted before says nothing of the rate. */
const IDLE_MS = 2_000;
/** An endpoint whose answers take so long on average, in milliseconds, is slow. */
const SLOW_MS = 2_000;
/** The weight of the latest answer in that average. */
const LATEST = 0.3;

/**
 * How fast messages may follow each other to one endpoint. It is in memory: after a restart, a few
 * 429 teach it again.
 *
 * A receiver with a rate limit tells it by 429. What it had accepted by then, by the time that took,
 * wait included, is a first guess of the rate that it takes. From then on messages keep that distance.
 * A higher rate is tried as long as each is proven by a window without 429, and the steps between
 * what is proven and what is refused become smaller. In the end each accepted message shortens the
 * distance by a hair, and each 429 makes it a little longer. So nearly every request is a message that is
 * accepted, at nearly the rate that the receiver allows.
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
  /** The distance between two messages, and the shortest that is proven; 0 if there is no limit. */
  #intervalMs = 0;
  #provenMs = 0;
  /** By how much the rate is raised after a window without 429; 1 once that is over. */
  #factor = 1;
  /** How long such a window is, and when this one began. */
  #windowMs = MIN_WINDOW_MS;
  #windowFrom = -Infinity;
  #startedAt = -Infinity;
  /** When the latest attempt was to start: wake-ups that come late must not lower the rate. */
  #slot = -Infinity;
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
      Math.ceil(this.#slot + this.#intervalMs),
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
    const due = this.#slot + this.#intervalMs;
    this.#slot = now - due <= MAX_LATE * this.#intervalMs ? due : now;
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
    // Other throttling answers tell of an outage, and not of a limit.
    const isLimit = kind === "throttle" && !(status !== undefined && status >= 500);
    if (kind === "ok") this.#speedUp(at);
    else if (isLimit && holdUntil !== null && at >= this.#limitedUntil) {
      this.#slowDown(at, holdUntil);
    }
  }

  #speedUp(at: number): void {
    this.#accepted++;
    if (this.#intervalMs === 0) return;
    if (at > this.#limitedUntil + LIMIT_GONE_MS) this.#factor = TRIED.gone;
    if (this.#factor === 1) this.#intervalMs *= 1 - GROWTH;
    else if (at >= this.#windowFrom + this.#windowMs) {
      this.#provenMs = this.#intervalMs;
      this.#intervalMs = this.#intervalMs < 1 ? 0 : this.#intervalMs / this.#factor;
      this.#windowFrom = at;
    }
  }

  #slowDown(at: number, holdUntil: number): void {
    if (this.#provenMs === 0) {
      const measured = this.#accepted > 0
        ? (holdUntil - this.#countedFrom) / this.#accepted
        : holdUntil - at;
      this.#intervalMs = Math.max(measured, this.#intervalMs * BACK.unproven);
      this.#factor = this.#accepted >= FAIR_GUESS ? TRIED.fair : TRIED.rough;
    } else if (this.#factor === 1) {
      const isSoon = at < this.#limitedUntil + this.#windowMs;
      this.#intervalMs *= isSoon ? BACK.soon : BACK.usual;
    } else {
      this.#factor = Math.sqrt(this.#factor);
      if (this.#factor < TRIED.last) this.#factor = 1;
      this.#intervalMs = this.#provenMs / this.#factor;
    }
    this.#intervalMs = Math.min(this.#intervalMs, MAX_INTERVAL_MS);
    this.#windowMs = Math.min(Math.max(holdUntil - at, MIN_WINDOW_MS), MAX_INTERVAL_MS);
    this.#windowFrom = this.#countedFrom = this.#limitedUntil = holdUntil;
    this.#accepted = 0;
  }
}

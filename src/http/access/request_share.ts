import type { Clock } from "../../stream/clock.ts";
import type { Holder } from "./stream_limit.ts";

/** What one token has asked for. */
export interface TokenRequests {
  /** How many of its requests were answered since the start. */
  readonly requests: number;
  /** How many were refused. */
  readonly refused: number;
}

/** Why a request is refused. */
export interface NotNow {
  /** Whose limit is reached, in one sentence. */
  readonly refused: string;
  /** When to try again, in seconds. */
  readonly retryAfter: number;
}

const MINUTE = 60_000;

interface Used {
  /** In this minute. */
  now: number;
  /** In the minute before. */
  before: number;
  requests: number;
  refused: number;
}

/**
 * Shares the requests of a minute among tokens: one may make half of them, and if more than two ask,
 * the same part as each of the others. A tenth is kept for tokens with the scope `admin`. Who asked
 * in this minute or the one before counts, so a token that comes has its part within a minute.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { systemClock } from "../../stream/clock.ts";
 * import { RequestShare } from "./request_share.ts";
 *
 * const share = new RequestShare(2, systemClock);
 * const siem = { name: "siem", isAdmin: false };
 * assertEquals(share.take(siem), undefined);
 * assertEquals(share.take(siem)?.refused, "The token siem has made its part of 2 requests a minute: 1");
 * ```
 */
export class RequestShare {
  readonly #max: number;
  readonly #clock: Pick<Clock, "now">;
  readonly #used = new Map<string, Used>();
  /** The number of the minute. */
  #minute = 0;
  /** How many requests were made in this minute. */
  #total = 0;

  /**
   * @param max How many requests are answered in a minute.
   * @param clock Time.
   */
  constructor(max: number, clock: Pick<Clock, "now">) {
    this.#max = max;
    this.#clock = clock;
  }

  /** What each token has asked for that has asked, by its name. */
  byToken(): Map<string, TokenRequests> {
    return new Map(
      Array.from(this.#used, ([name, { requests, refused }]) => [name, { requests, refused }]),
    );
  }

  /**
   * Counts a request.
   *
   * @param holder Whose it is.
   * @returns Why it is refused; undefined if it is not.
   */
  take({ name, isAdmin }: Holder): NotNow | undefined {
    const now = this.#clock.now();
    this.#turn(Math.floor(now / MINUTE));
    const used = this.#used.get(name) ?? { now: 0, before: 0, requests: 0, refused: 0 };
    this.#used.set(name, used);
    // What was refused shows as well that the token asks.
    const others = [...this.#used.values()]
      .filter((other) => other !== used && other.now + other.before > 0).length;
    const shared = isAdmin ? this.#max : this.#max - Math.floor(this.#max / 10);
    const part = isAdmin && others === 0
      ? shared
      : Math.max(1, Math.floor(shared / Math.max(2, others + 1)));
    used.now++;
    if (used.now > part || this.#total >= shared) {
      used.refused++;
      return {
        refused: used.now > part
          ? `The token ${name} has made its part of ${this.#max} requests a minute: ${part}`
          : `All ${this.#max} requests of this minute were made or are kept for others`,
        retryAfter: Math.ceil((MINUTE - now % MINUTE) / 1_000),
      };
    }
    this.#total++;
    used.requests++;
    return undefined;
  }

  #turn(minute: number): void {
    if (minute === this.#minute) return;
    const isNext = minute === this.#minute + 1;
    for (const used of this.#used.values()) {
      used.before = isNext ? used.now : 0;
      used.now = 0;
    }
    this.#minute = minute;
    this.#total = 0;
  }
}

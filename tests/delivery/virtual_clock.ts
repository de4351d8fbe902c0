import type { Clock } from "../../src/stream/clock.ts";

/** A clock that stands still until it is moved; waits end in the order of their times. */
export class VirtualClock implements Clock {
  #now: number;
  #waits: { at: number; resolve: () => void }[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  /** How many waits have not ended: what is left behind shows here. */
  get waiting(): number {
    return this.#waits.length;
  }

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wait = { at: this.#now + ms, resolve };
      this.#waits.push(wait);
      signal?.addEventListener("abort", () => {
        this.#waits = this.#waits.filter((other) => other !== wait);
        reject(signal.reason);
      }, { once: true });
    });
  }

  /** Moves on by `ms`, and ends the waits that are then over. */
  advance(ms: number): void {
    this.#now += ms;
    const over = this.#waits.filter((wait) => wait.at <= this.#now).sort((a, b) => a.at - b.at);
    this.#waits = this.#waits.filter((wait) => wait.at > this.#now);
    for (const wait of over) wait.resolve();
  }
}

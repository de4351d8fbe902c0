import type { Clock } from "../../src/stream/clock.ts";

/** A clock that stands until a test moves it. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  #waits = new Set<{ at: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#waits.delete(entry);
        reject(signal?.reason);
      };
      const entry = {
        at: this.#now + Math.max(ms, 0),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waits.add(entry);
    });
  }

  /** How many waits are pending: what has been closed must hold none. */
  get pending(): number {
    return this.#waits.size;
  }

  /** Sets the clock without time passing: whoever waits, waits as long as before. */
  set(now: number): void {
    for (const wait of this.#waits) wait.at += now - this.#now;
    this.#now = now;
  }

  /** Moves on, waking each wait at its own time, in order. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#waits].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#waits.delete(next);
      next.wake();
      await settled();
    }
    this.#now = until;
  }
}

/** Lets everything that can run without time run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

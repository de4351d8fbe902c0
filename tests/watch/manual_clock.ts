import type { Clock } from "../../src/stream/clock.ts";

/** A clock that stands still unless it is told to go on; whoever waits is woken when their time has come. */
export class ManualClock implements Clock {
  #now: number;
  readonly #waiting = new Set<{ at: number; wake: () => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now = (): number => this.#now;

  wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter = {
        at: this.#now + Math.max(ms, 0),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          this.#waiting.delete(waiter);
          resolve();
        },
      };
      const stop = () => {
        this.#waiting.delete(waiter);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting.add(waiter);
    });

  /** When the first of those who wait is to be woken. */
  get nextAt(): number | undefined {
    const times = [...this.#waiting].map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Sets the time, back as well, and wakes whoever's time has come. */
  set(now: number): void {
    this.#now = now;
    for (const waiter of [...this.#waiting]) if (waiter.at <= now) waiter.wake();
  }
}

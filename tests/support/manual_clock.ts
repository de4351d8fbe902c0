import type { Clock } from "../../src/stream/clock.ts";

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #waits = new Set<{ at: number; wake: () => void }>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now = (): number => this.#now;

  wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const entry = {
        at: this.#now + Math.max(ms, 0),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          this.#waits.delete(entry);
          resolve();
        },
      };
      const stop = () => {
        this.#waits.delete(entry);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waits.add(entry);
    });

  /** How many waits are pending: what has been closed must hold none. */
  get pending(): number {
    return this.#waits.size;
  }

  /** When the next wait ends. */
  get nextAt(): number | undefined {
    return this.#inOrder()[0]?.at;
  }

  /** Sets the time, forward or back, and ends the waits that are then over. */
  set(now: number): void {
    this.#now = now;
    for (const { at, wake } of this.#inOrder()) if (at <= now) wake();
  }

  /** Moves on by `ms`, and ends the waits that are then over. */
  advance(ms: number): void {
    this.set(this.#now + ms);
  }

  /** Moves on by `ms`; ends each wait at its own time, and lets what it wakes run first. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.nextAt; next !== undefined && next <= end; next = this.nextAt) {
      this.#now = Math.max(this.#now, next);
      this.#inOrder()[0]?.wake();
      await settled();
    }
    this.#now = end;
  }

  /** Sets the time without time passing: each pending wait takes as long as before. */
  correct(now: number): void {
    for (const entry of this.#waits) entry.at += now - this.#now;
    this.#now = now;
  }

  #inOrder() {
    return [...this.#waits].sort((a, b) => a.at - b.at);
  }
}

/** Lets everything run that can run without time passing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

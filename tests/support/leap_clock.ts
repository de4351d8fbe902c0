import type { Clock } from "../../src/stream/clock.ts";

/**
 * A clock whose waits end at once and move it, so that no test waits for time. Waits of
 * `NEVER` or more end only by their signal: a deadline that must not be reached.
 */
export class LeapClock implements Clock {
  static readonly NEVER = 1e9;
  time: number;
  /** How long each wait was, without deadlines. */
  readonly waits: number[] = [];
  /** Called when a wait has moved the clock. */
  onLeap: (ms: number) => void = () => {};

  constructor(start: string) {
    this.time = Date.parse(start);
  }

  now(): number {
    return this.time;
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms >= LeapClock.NEVER) {
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
      );
    }
    this.time += ms;
    this.waits.push(ms);
    this.onLeap(ms);
    await Promise.resolve();
    signal?.throwIfAborted();
  }
}

import { wait } from "./wait.ts";

/** Time as an option: whatever reads the clock or waits takes one, so that a test owns its time. */
export interface Clock {
  /** The time now, in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds, or rejects with `signal.reason` as soon as the signal aborts.
   *
   * @param ms Milliseconds; zero or less still yields once.
   * @param signal Ends the wait early.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait,
};

/** Rounds milliseconds down to a whole second, the finest unit of the API's dates. */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

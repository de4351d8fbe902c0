/** Time as an option: what reads the clock or waits takes one, so that tests and simulations own time. */
export interface Clock {
  /** The time now, in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds; rejects at once with `signal.reason`, untouched, on abort.
   *
   * @param ms Milliseconds; zero or less still yields once.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

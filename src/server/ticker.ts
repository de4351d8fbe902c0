import type { Clock } from "../stream/clock.ts";

/** How a ticker runs. */
export interface TickerOptions {
  /** Does what is due; returns when the next tick is due, or undefined if none is. */
  readonly tick: () => Promise<number | undefined>;
  /** Time. */
  readonly clock: Clock;
  /** Receives what a tick has thrown; it is repeated after a minute. */
  readonly report: (error: unknown) => void;
}

const AFTER_FAILURE_MS = 60_000;
/** A shorter pause between two ticks would leave no time for requests. */
const MIN_PAUSE_MS = 10;

/** Does what alarms do in a Durable Object: it ticks whenever the last tick has said it should. */
export class Ticker {
  readonly #options: TickerOptions;
  /** Ends the wait for the next tick; there is a new one for each. */
  #waking = new AbortController();
  #isStopped = false;

  /** @param options What a tick does, and time. */
  constructor(options: TickerOptions) {
    this.#options = options;
  }

  /** Makes the next tick start at once. */
  wake(): void {
    this.#waking.abort();
  }

  /** Lets no other tick begin. */
  stop(): void {
    this.#isStopped = true;
    this.wake();
  }

  /** Ticks until it is stopped, or a tick says that none is due any more. */
  async run(): Promise<void> {
    const { tick, clock, report } = this.#options;
    while (!this.#isStopped) {
      // Whatever wakes it from here on, also during the tick, makes the next one start at once.
      const waking = this.#waking = new AbortController();
      let next: number | undefined = clock.now() + AFTER_FAILURE_MS;
      try {
        next = await tick();
      } catch (error) {
        if (!this.#isStopped) report(error);
      }
      if (next === undefined || this.#isStopped) return;
      const pause = waking.signal.aborted ? 0 : next - clock.now();
      // Woken during the tick: the pause is short, and ends by itself.
      const signal = waking.signal.aborted ? undefined : waking.signal;
      await clock.wait(Math.max(pause, MIN_PAUSE_MS), signal).catch(() => {});
    }
  }
}

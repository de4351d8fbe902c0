import { Collector } from "./collector/collector.ts";
import { Drain } from "./drain.ts";
import { isClockConfirmed } from "./collector/rate_share.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";
import { type WatchStatus, watchStatus } from "./watch_status.ts";

/** How a tick is bounded. */
export interface TickOptions {
  /** Nothing new is begun after so many milliseconds; what is under way then is waited for. Default 30,000. */
  readonly budgetMs?: number;
  /** Ends the tick early; what was under way is done again later. */
  readonly signal?: AbortSignal;
}

const TICK_BUDGET_MS = 30_000;
const RETENTION_EVERY_MS = 600_000;
const RETENTION_STEP = 500;
/** Above what a busy organisation makes in ten minutes, and still done in a moment. */
const RETENTION_STEPS = 20;

/**
 * The whole watch: collects, records, matches and delivers, in ticks. It holds nothing that is not in the log, so
 * an alarm, a loop or a simulation can drive it, drop it at any `await`, and make it anew.
 */
export class Watch {
  /** Reads the activity log. */
  readonly collector: Collector;
  /** Delivers alerts. */
  readonly drain: Drain;
  readonly #ports: WatchPorts;
  readonly #options: WatchOptions;
  #nextRetentionAt = 0;

  /**
   * @param ports Everything from outside.
   * @param options How often, how far; all of them: see `watchOptions()`.
   */
  constructor(ports: WatchPorts, options: WatchOptions) {
    this.#ports = ports;
    this.#options = options;
    this.collector = new Collector(ports, options);
    this.drain = new Drain(ports);
  }

  /**
   * Does what is due: pages and messages side by side, then a bounded piece of retention.
   *
   * @param options Time and signal.
   * @returns When the next tick is due, in milliseconds since the Unix epoch; it may be past already.
   */
  async tick({ budgetMs = TICK_BUDGET_MS, signal }: TickOptions = {}): Promise<number> {
    const { clock } = this.#ports;
    const start = clock.now();
    // A clock that goes back in the middle must not make the tick endless.
    const hasTime = () => clock.now() < start + budgetMs && clock.now() >= start;
    let page: Promise<void> | undefined;
    // A page that cannot be recorded must not keep the messages: the rest of the tick is for these alone.
    let failure: { error: unknown } | undefined;
    const collectorAt = () => failure === undefined ? this.collector.nextWakeAt() : Infinity;
    try {
      do {
        signal?.throwIfAborted();
        if (page === undefined && collectorAt() <= clock.now()) {
          page = this.collector.step(signal)
            .then(() => {}, (error) => void (failure ??= { error }))
            .finally(() => page = undefined);
        }
        this.drain.start(signal);
        await this.#untilSomething(page, collectorAt(), signal);
      } while (
        hasTime() && (page !== undefined || collectorAt() <= clock.now() || this.#isDraining())
      );
    } catch (error) { // nor may a message that cannot be written keep the pages, or the room for both from being made
      signal?.throwIfAborted();
      failure ??= { error };
    }
    await page;
    while (this.drain.underWay > 0) await this.drain.next();
    signal?.throwIfAborted();
    this.#retain(); // after a failure too: it makes the room that a page may have lacked
    if (failure !== undefined) throw failure.error;
    return this.nextAlarmAt();
  }

  /** When there is something to do: the next poll, the next message, the next retention; an alarm is set for it. */
  nextAlarmAt(): number {
    return Math.min(
      this.collector.nextWakeAt(),
      this.drain.nextWakeAt() ?? Infinity,
      Math.max(this.#nextRetentionAt, this.#ports.clock.now() + 1),
    );
  }

  /** How the watch goes, for people and machines. */
  status(): WatchStatus {
    const { log, clock } = this.#ports;
    return watchStatus(this.collector.state(), log.counts(), clock.now(), this.#options);
  }

  #isDraining(): boolean {
    return this.drain.underWay > 0 ||
      (this.drain.nextWakeAt() ?? Infinity) <= this.#ports.clock.now();
  }

  /** Until a page or a message has ended, or while some are under way, the next thing is due. */
  async #untilSomething(
    page: Promise<void> | undefined,
    collectorAt: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (page === undefined && this.drain.underWay === 0) return;
    const { clock } = this.#ports;
    const over = new AbortController();
    const timer = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
    const now = clock.now();
    const next = Math.min(
      page === undefined ? collectorAt : Infinity,
      // What is due and was not started waits for a connection: the end of an attempt wakes us for that.
      this.drain.nextWakeAt(now) ?? Infinity,
      now + RETENTION_EVERY_MS,
    );
    await Promise.race([
      ...(page === undefined ? [] : [page]),
      ...(this.drain.underWay === 0 ? [] : [this.drain.next()]),
      clock.wait(Math.max(next - now, 10), timer).catch(() => {}),
    ]);
    over.abort();
  }

  #retain(): void {
    const { log, clock } = this.#ports;
    const now = clock.now();
    const isDue = now >= this.#nextRetentionAt || this.#nextRetentionAt > now + RETENTION_EVERY_MS;
    if (!isDue) return;
    const { maxAgeMs, maxBytes, pollMs } = this.#options;
    const { requests } = this.collector.state();
    // A clock that has run away would make everything look old, and what comes late would be refused.
    const isSure = isClockConfirmed(requests, now, 2 * pollMs + RETENTION_EVERY_MS);
    const age = isSure ? maxAgeMs : Infinity;
    let hasMore = true;
    for (let step = 0; hasMore && step < RETENTION_STEPS; step++) {
      const limits = { now, maxAgeMs: age, maxBytes, step: RETENTION_STEP };
      hasMore = log.transaction(() => log.retain(limits)).more;
    }
    this.#nextRetentionAt = now +
      (hasMore ? Math.min(pollMs, RETENTION_EVERY_MS) : RETENTION_EVERY_MS);
  }
}

import { Collector } from "./collector/collector.ts";
import { OutboxDispatcher } from "../delivery/dispatch_outbox.ts";
import { isClockConfirmed } from "./collector/api_clock.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";
import { type WatchStatus, watchStatus } from "./watch_status.ts";

/** The bounds of a tick. */
export interface TickOptions {
  /**
   * After this many milliseconds nothing new is begun, and the tick waits for what is under way.
   * Default 30,000.
   */
  readonly budgetMs?: number;
  /** Ends the tick early; what was under way is done later. */
  readonly signal?: AbortSignal;
}

const TICK_BUDGET_MS = 30_000;
const RETENTION_EVERY_MS = 600_000;
const RETENTION_STEP = 500;
/** Removes more than a busy organisation adds in ten minutes, and still takes only a moment. */
const RETENTION_STEPS = 20;

/**
 * The whole watch: collects, records, matches and delivers, in ticks. It holds nothing that is not
 * in the log, so an alarm, a loop or a simulation can drive it, drop it at any `await`, and
 * recreate it.
 */
export class Watch {
  /** Reads the activity log. */
  readonly collector: Collector;
  /** Delivers alerts. */
  readonly dispatcher: OutboxDispatcher;
  readonly #ports: WatchPorts;
  readonly #options: WatchOptions;
  #nextRetentionAt = 0;

  /**
   * @param ports Everything from outside.
   * @param options How often, how far; `watchOptions()` fills in the defaults.
   */
  constructor(ports: WatchPorts, options: WatchOptions) {
    this.#ports = ports;
    this.#options = options;
    this.collector = new Collector(ports, options);
    this.dispatcher = new OutboxDispatcher(ports);
  }

  /**
   * Does what is due: pages and messages side by side, then a bounded amount of retention.
   *
   * @param options Time and signal.
   * @returns When the next tick is due, in milliseconds since the Unix epoch; possibly in the past.
   * @throws {unknown} The reason of the signal, or what the storage threw.
   */
  async tick({ budgetMs = TICK_BUDGET_MS, signal }: TickOptions = {}): Promise<number> {
    const { clock } = this.#ports;
    const start = clock.now();
    // A clock that is set back during a tick must not make it endless.
    const hasTime = () => clock.now() < start + budgetMs && clock.now() >= start;
    let page: Promise<void> | undefined;
    // A page that cannot be recorded must not block messages: they get the rest of the tick.
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
        this.dispatcher.start(signal);
        await this.#waitForWork(page, collectorAt(), signal);
      } while (
        hasTime() && (page !== undefined || collectorAt() <= clock.now() || this.#isDelivering())
      );
    } catch (error) {
      // Nor may a message that cannot be written block the page under way, or retention.
      signal?.throwIfAborted();
      failure ??= { error };
    }
    await page;
    while (this.dispatcher.inProgress > 0) await this.dispatcher.next();
    signal?.throwIfAborted();
    this.#retain(); // after a failure too: it makes the room that the page may have lacked
    if (failure !== undefined) throw failure.error;
    return this.nextAlarmAt();
  }

  /**
   * When there is something to do: the next poll, the next message or the next retention.
   *
   * @returns Milliseconds since the Unix epoch; the time to set an alarm for.
   */
  nextAlarmAt(): number {
    return Math.min(
      this.collector.nextWakeAt(),
      this.dispatcher.nextWakeAt() ?? Infinity,
      Math.max(this.#nextRetentionAt, this.#ports.clock.now() + 1),
    );
  }

  /** The state of the watch, for people and machines. */
  status(): WatchStatus {
    const { log, clock } = this.#ports;
    return watchStatus(this.collector.state(), log.counts(), clock.now(), this.#options);
  }

  #isDelivering(): boolean {
    return this.dispatcher.inProgress > 0 ||
      (this.dispatcher.nextWakeAt() ?? Infinity) <= this.#ports.clock.now();
  }

  /** Waits until a page or a message under way has ended, or the next one is due. */
  async #waitForWork(
    page: Promise<void> | undefined,
    collectorAt: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (page === undefined && this.dispatcher.inProgress === 0) return;
    const { clock } = this.#ports;
    const over = new AbortController();
    const timer = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
    const now = clock.now();
    const next = Math.min(
      page === undefined ? collectorAt : Infinity,
      // A due message that was not started waits for a connection, which the end of an attempt
      // frees.
      this.dispatcher.nextWakeAt(now) ?? Infinity,
      now + RETENTION_EVERY_MS,
    );
    await Promise.race([
      ...(page === undefined ? [] : [page]),
      ...(this.dispatcher.inProgress === 0 ? [] : [this.dispatcher.next()]),
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
    // By a clock that is far ahead everything would look old: it would go, and late events be
    // refused.
    const isSure = isClockConfirmed(this.collector.state(), now, 2 * pollMs + RETENTION_EVERY_MS);
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

import { Collector } from "./collector/collector.ts";
import { deliverableAt } from "../delivery/takes_alert.ts";
import { OutboxDispatcher } from "../delivery/dispatch_outbox.ts";
import { isClockConfirmed } from "./collector/api_clock.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";
import { type WatchStatus, watchStatus } from "./watch_status.ts";
import type { LogCounts } from "../store/log.ts";
import type { UndeliveredCount } from "../store/outbox_table.ts";
import type { StoredSilence } from "../store/silence_table.ts";
import { oneLine } from "../stream/plain_text.ts";
import { type CollectorState, newCollectorState } from "./collector/state.ts";
import {
  endpointReasons,
  type EndpointStatus,
  endpointStatus,
  type KnownEndpoint,
  knownEndpoints,
} from "./endpoint_status.ts";
import {
  collectorReasons,
  deadLetterReasons,
  pushReasons,
  restoringReasons,
  silenceReasons,
} from "./find_reasons.ts";
import { type AlertedAt, operationalAlerts, recoveredAlerts } from "./operational_alerts.ts";
import { afterRefusal, type PushState, readPush, savePush } from "./push/push_state.ts";
import { type PushOutcome, recordPush } from "./push/record_push.ts";
import { type Reason, reason } from "./reasons.ts";
import type { PushedRecord } from "../thousandeyes/otlp/decode_logs.ts";
import { TickMemory } from "./tick_memory.ts";

/** The bounds of a tick. */
export interface TickOptions {
  /**
   * After this many milliseconds the tick starts nothing new, and waits for what is in progress.
   * Default 30,000.
   */
  readonly budgetMs?: number;
  /** Ends the tick early; what was under way is done later. */
  readonly signal?: AbortSignal;
  /** What the caller knows about the health, for operational alerts. */
  readonly more?: readonly Reason[];
}

const TICK_BUDGET_MS = 30_000;
const RETENTION_EVERY_MS = 600_000;
/** How long it stays visible that rows were removed to make room. */
const MADE_ROOM_SHOWN_MS = 86_400_000;
/** A pause that is over sooner is told to nobody: that the endpoint fails was told. */
const PAUSED_TOLD_MS = 300_000;
/** How soon to check again whether a backup is still being restored. */
const RESTORING_PAUSE_MS = 5_000;
const UNFED_RETENTION_MS = 86_400_000;
const RETENTION_STEP = 500;
/** Removes more than a busy organisation adds in ten minutes, and still takes only a moment. */
const RETENTION_STEPS = 20;

/** The name under which the log keeps what the watch has alerted about itself. */
const ALERTED = "watch";

/**
 * The whole watch: collects, records, matches and delivers, in ticks. Its work is in the log alone,
 * so an alarm, a loop or a simulation can drive it, drop it at any `await`, and recreate it. Memory
 * holds only what the log cannot: that the log itself fails, and since when.
 */
export class Watch {
  /** Reads the activity log. */
  readonly collector: Collector;
  /** Delivers alerts. */
  readonly dispatcher: OutboxDispatcher;
  readonly #ports: WatchPorts;
  readonly #options: WatchOptions;
  #nextRetentionAt = 0;
  readonly #ticks: TickMemory;
  /** Since when retention can remove nothing more although the log is too large. */
  #fullSince: number | undefined;
  /** Since when, and when last, rows were removed before their time to make room. */
  #madeRoom: { since: number; lastAt: number } | undefined;
  /** What the log said when it could last be read. */
  #known: { state: CollectorState; push: PushState | undefined; deliveries: Reason[] } | undefined;
  #counts: LogCounts = {
    events: 0,
    alerts: 0,
    invalid: 0,
    windows: 0,
    folds: 0,
    messages: {},
    bytes: 0,
  };
  #silences: readonly StoredSilence[] = [];
  #endpoints: readonly EndpointStatus[] = [];

  /**
   * @param ports Everything from outside.
   * @param options How often, how far; `watchOptions()` fills in the defaults.
   */
  constructor(ports: WatchPorts, options: WatchOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#ticks = new TickMemory(ports.clock.now());
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
  async tick({ budgetMs = TICK_BUDGET_MS, signal, more = [] }: TickOptions = {}): Promise<number> {
    const { clock } = this.#ports;
    this.#ticks.begun(clock.now());
    try {
      const next = await this.#tick(budgetMs, more, signal);
      this.#ticks.succeeded(next);
      return next;
    } catch (error) {
      if (signal?.aborted) this.#ticks.stopped(clock.now());
      else this.#ticks.failed(error, clock.now());
      throw error;
    }
  }

  async #tick(
    budgetMs: number,
    more: readonly Reason[],
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { clock } = this.#ports;
    if (this.#isRestoring) return clock.now() + RESTORING_PAUSE_MS;
    if (!this.#isFed) this.collector.leave();
    const start = clock.now();
    // A clock that is set back during a tick must not make it endless.
    const hasTime = () => clock.now() < start + budgetMs && clock.now() >= start;
    let page: Promise<void> | undefined;
    // A page that cannot be recorded must not block messages: they get the rest of the tick.
    let failure: { error: unknown } | undefined;
    const collectorAt = () => failure === undefined ? this.#collectorAt() : Infinity;
    let left = this.#options.maxRequestsPerTick;
    try {
      do {
        signal?.throwIfAborted();
        if (page === undefined && left > 0 && collectorAt() <= clock.now()) {
          left--;
          page = this.collector.step(signal)
            .then(() => {}, (error) => void (failure ??= { error }))
            .finally(() => page = undefined);
        }
        this.#closeFolds();
        left -= this.dispatcher.start(signal, left);
        await this.#waitForWork(page, collectorAt());
      } while (
        hasTime() && left > 0 &&
        (page !== undefined || collectorAt() <= clock.now() || this.#isDelivering())
      );
    } catch (error) {
      // Nor may a message that cannot be written block the page in progress, or retention.
      signal?.throwIfAborted();
      failure ??= { error };
    }
    await page;
    while (this.dispatcher.inProgress > 0) await this.dispatcher.next();
    signal?.throwIfAborted();
    if (this.#isRestoring) return clock.now() + RESTORING_PAUSE_MS;
    this.#retain(); // after a failure too: it makes the room that the page may have lacked
    if (failure !== undefined) throw failure.error;
    this.#tell(more);
    return this.nextAlarmAt();
  }

  /**
   * When there is something to do: the next poll, the next message or the next retention.
   *
   * @returns Milliseconds since the Unix epoch; the time to set an alarm for.
   */
  nextAlarmAt(): number {
    const now = this.#ports.clock.now();
    // A log that is not fed wakes for retention alone only once a day.
    const retentionAt = this.#isFed ? this.#nextRetentionAt : now + UNFED_RETENTION_MS;
    return Math.min(this.nextWorkAt(), Math.max(retentionAt, now + 1));
  }

  /**
   * When there is something to read or to deliver.
   *
   * @returns Milliseconds since the Unix epoch; Infinity if nothing is owed and nothing is read.
   */
  nextWorkAt(): number {
    const { log } = this.#ports;
    return Math.min(
      this.#collectorAt(),
      this.dispatcher.nextWakeAt() ?? Infinity,
      log.foldsDueAt() ?? Infinity,
    );
  }

  /**
   * Records what ThousandEyes has pushed, in one transaction.
   *
   * @param records The log records.
   * @returns What became of them; undefined while a backup is being restored.
   * @throws {unknown} What the storage threw.
   */
  push(records: readonly PushedRecord[]): PushOutcome | undefined {
    if (this.#isRestoring) return undefined;
    const { log, clock } = this.#ports;
    const now = clock.now();
    return log.transaction(() =>
      recordPush(this.#ports, records, this.collector.state(), now, this.#options)
    );
  }

  /**
   * Notes that a push was refused for good, so that its sender has dropped it.
   *
   * @param why Why, without content.
   */
  notePushRefused(why: string): void {
    if (this.#isRestoring) return;
    const { log, clock } = this.#ports;
    const now = clock.now();
    log.transaction(() => savePush(log, afterRefusal(readPush(log, true, now), why, now)));
  }

  /**
   * The state of the watch, for people and machines. It never throws: where the log cannot be read,
   * it is the last known state, and says so.
   *
   * @param more What the caller knows about the health.
   */
  status(more: readonly Reason[] = []): WatchStatus {
    const { log, clock } = this.#ports;
    const reasons = this.reasons(more);
    try {
      this.#counts = log.counts();
      this.#silences = log.silences(clock.now());
      this.#endpoints = this.endpoints();
    } catch {
      // A reason says that the log cannot be read, or the next request will.
    }
    const now = clock.now();
    const state = this.#known?.state ?? newCollectorState(now, this.#options);
    const kept = {
      ...this.#counts,
      silences: this.#silences,
      endpoints: this.#endpoints,
      push: this.#known?.push,
    };
    return watchStatus(state, kept, reasons, now, this.#options);
  }

  /**
   * Why the health is what it is; this costs less than the whole status, and never throws.
   *
   * @param more What the caller knows about the health.
   * @returns The reasons; the worst of them is the health.
   */
  reasons(more: readonly Reason[] = []): Reason[] {
    const now = this.#ports.clock.now();
    const unreadable: Reason[] = [];
    try {
      this.#known = {
        state: this.collector.state(),
        push: readPush(this.#ports.log, this.#isPushed, now),
        deliveries: this.#deliveryReasons(now),
      };
    } catch (error) {
      const said = oneLine(error instanceof Error ? error.message : String(error));
      const message = `The log cannot be read: ${said}.`;
      unreadable.push(reason("log_unreadable", { message, since: now }));
    }
    const { state, push, deliveries = [] } = this.#known ?? {};
    const dueByLog = (state?.lastNow ?? 0) + this.#options.pollMs;
    return [
      ...unreadable,
      ...this.#ticks.reasons({ now, dueByLog, budgetMs: TICK_BUDGET_MS }),
      ...this.#fullReasons(now),
      ...(state === undefined ? [] : collectorReasons(state, now, this.#options)),
      ...pushReasons(push, this.#isPushed, now, this.#options),
      ...deliveries,
      ...more,
    ];
  }

  /**
   * The webhook endpoints and how they are.
   *
   * @throws {unknown} If the log cannot be read.
   */
  endpoints(): EndpointStatus[] {
    const now = this.#ports.clock.now();
    return this.#knownEndpoints(this.#ports.log.undelivered())
      .map((known) => endpointStatus(known, now));
  }

  #knownEndpoints({ endpoints: queues }: Pick<UndeliveredCount, "endpoints">): KnownEndpoint[] {
    const { log, endpoints } = this.#ports;
    return knownEndpoints(endpoints.map(({ name }) => name), log.endpointStates(), queues);
  }

  #fullReasons(now: number): Reason[] {
    if (this.#fullSince !== undefined) {
      return [reason("log_full", { severity: "red", since: this.#fullSince })];
    }
    const { since, lastAt } = this.#madeRoom ?? {};
    if (since === undefined || lastAt === undefined || now > lastAt + MADE_ROOM_SHOWN_MS) return [];
    const message =
      "The oldest rows are removed to make room, before RETENTION is over; they were matched and delivered before.";
    return [reason("log_full", { message, since })];
  }

  #deliveryReasons(now: number): Reason[] {
    const { log, endpoints } = this.#ports;
    const outbox = log.undelivered();
    return [
      ...this.#knownEndpoints(outbox).flatMap((known) => endpointReasons(known, now)),
      ...deadLetterReasons(outbox),
      ...restoringReasons(log.restoring()),
      ...silenceReasons(log.silences(now)),
      ...(endpoints.length === 0 ? [reason("no_endpoint", { since: now })] : []),
    ];
  }

  /** Raises the alerts that the collector cannot: about ticks, messages and the size of the log. */
  #tell(more: readonly Reason[]): void {
    const { log, clock } = this.#ports;
    const now = clock.now();
    const reasons = [
      ...this.#ticks.pastReasons(),
      ...this.#fullReasons(now),
      ...this.#deliveryReasons(now),
      ...pushReasons(readPush(log, this.#isPushed, now), this.#isPushed, now, this.#options),
      ...more,
    ];
    const lasting = reasons.filter(({ code, since }) =>
      code !== "endpoint_paused" || now >= Date.parse(since) + PAUSED_TOLD_MS
    );
    const present = [...reasons, ...collectorReasons(this.collector.state(), now, this.#options)];
    log.transaction(() => {
      const before = log.checkpoint<AlertedAt>(ALERTED) ?? {};
      const after = operationalAlerts(this.#ports, lasting, before, now, this.#options);
      if (after !== before) log.saveCheckpoint(ALERTED, after);
      recoveredAlerts(this.#ports, present, now, this.#options);
    });
  }

  get #isFed(): boolean {
    return this.#ports.isFed ?? true;
  }

  /** Whether a backup is being restored: until that is done, nothing else changes the log. */
  get #isRestoring(): boolean {
    return this.#ports.log.restoring() !== undefined;
  }

  get #isPushed(): boolean {
    return this.#ports.isPushed ?? false;
  }

  #collectorAt(): number {
    return this.#isFed && !this.#isRestoring ? this.collector.nextWakeAt() : Infinity;
  }

  /** Tells what was folded into windows that have ended. */
  #closeFolds(): void {
    const { log, clock, endpoints } = this.#ports;
    const now = clock.now();
    if ((log.foldsDueAt() ?? Infinity) > now) return;
    const dueAt = deliverableAt(endpoints, now);
    log.transaction(() => log.closeFolds(now, { dueAt }));
  }

  #isDelivering(): boolean {
    return this.dispatcher.inProgress > 0 ||
      (this.dispatcher.nextWakeAt() ?? Infinity) <= this.#ports.clock.now();
  }

  /** Waits until a page or a message under way has ended, or the next one is due. */
  async #waitForWork(
    page: Promise<void> | undefined,
    collectorAt: number,
  ): Promise<void> {
    if (page === undefined && this.dispatcher.inProgress === 0) return;
    const { clock } = this.#ports;
    // The signal of the tick ends the page and the messages, and so this wait.
    const over = new AbortController();
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
      clock.wait(Math.max(next - now, 10), over.signal).catch(() => {}),
    ]);
    over.abort("over");
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
    const age = isSure || !this.#isFed ? maxAgeMs : Infinity;
    // Undelivered messages would otherwise keep their alerts in the log for ever.
    if (age !== Infinity) this.dispatcher.giveUp(now - age);
    let hasMore = true;
    for (let step = 0; hasMore && step < RETENTION_STEPS; step++) {
      const limits = { now, maxAgeMs: age, maxBytes, step: RETENTION_STEP };
      const { more, forRoom } = log.transaction(() => log.retain(limits));
      hasMore = more;
      if (forRoom) this.#madeRoom = { since: this.#madeRoom?.since ?? now, lastAt: now };
    }
    const isFull = !hasMore && log.sql.bytes() > maxBytes;
    this.#fullSince = isFull ? this.#fullSince ?? now : undefined;
    this.#nextRetentionAt = now +
      (hasMore ? Math.min(pollMs, RETENTION_EVERY_MS) : RETENTION_EVERY_MS);
  }
}

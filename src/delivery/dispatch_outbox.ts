import type { Alert, FoldedAlerts } from "../alert/alert.ts";
import type { Log } from "../store/log.ts";
import type { OutboxMessage } from "../store/outbox_message.ts";
import type { Clock } from "../stream/clock.ts";
import type { AttemptMessage } from "./attempt.ts";
import type { Endpoint } from "./endpoint.ts";
import type { FormattedRequest, MessageContent } from "./format/format.ts";
import { formatOf } from "./format/formats.ts";
import { nextState, type OutboxStep } from "./next_state.ts";
import type { Outcome } from "./outcome.ts";

/** What the delivery needs from outside. */
export interface DispatchPorts {
  /** Time. */
  readonly clock: Clock;
  /** Chance, in [0, 1). */
  readonly random: () => number;
  /** The log; everything that has to survive a restart is in it. */
  readonly log: Log;
  /** The webhook endpoints that alerts go to. */
  readonly endpoints: readonly Endpoint[];
  /** The address where people read an alert; default none. */
  readonly linkTo?: ((alertId: string) => string | undefined) | undefined;
  /**
   * Stands in for an endpoint that is not among them, but may be one whose settings are refused: its
   * messages wait for the repair, and are not cancelled.
   */
  readonly standIn?: ((name: string) => Endpoint | undefined) | undefined;
  /** Posts one message; rejects with the reason of the signal, or if the message cannot be sent. */
  attempt(message: AttemptMessage, endpoint: Endpoint, signal?: AbortSignal): Promise<Outcome>;
}

/** An endpoint whose last attempt failed. */
export interface FailingEndpoint {
  /** Failures in a row. */
  readonly count: number;
  /** When the first of them began, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** How the latest ended, such as `answered 503` or `timed_out`. */
  readonly answer: string;
}

/** A Durable Object has six outgoing connections; one is left to the collector. */
const MAX_IN_PROGRESS = 5;
/** An attempt that has not reported back this long after the endpoint's own timeout never will. */
const LEASE_MARGIN_MS = 15_000;
/** More messages than can be in progress, so that at least one of them is not. */
const MAX_CANDIDATES = 2 * MAX_IN_PROGRESS;
/** How many messages are cancelled in one transaction. */
const MAX_CANCELLED = 100;

/**
 * Delivers what is due to several endpoints side by side, so that a slow one does not delay the
 * others.
 *
 * A message is leased in one transaction and posted; the result is written in another transaction,
 * by compare-and-set on the lease. If the process dies in between, the lease runs out and the
 * message is sent again, under the same `webhook-id`.
 */
export class OutboxDispatcher {
  readonly #ports: DispatchPorts;
  readonly #inProgress = new Map<number, { endpoint: string; ended: Promise<void> }>();
  readonly #failing = new Map<string, FailingEndpoint>();
  #failure: { error: unknown } | undefined;

  /** @param ports Everything from outside. */
  constructor(ports: DispatchPorts) {
    this.#ports = ports;
  }

  /** How many attempts are in progress. */
  get inProgress(): number {
    return this.#inProgress.size;
  }

  /** The endpoints whose last attempt failed, by name, as far as this process knows. */
  get failing(): ReadonlyMap<string, FailingEndpoint> {
    return this.#failing;
  }

  /**
   * Starts attempts that are due, as far as connections allow, without waiting for them.
   *
   * @param signal Ends attempts early; their leases then run out.
   * @returns How many were started.
   * @throws {unknown} What went wrong in an earlier attempt, such as a full disk.
   */
  start(signal?: AbortSignal): number {
    this.#throwFailure();
    const { log, clock, endpoints, standIn } = this.#ports;
    const now = clock.now();
    log.transaction(() => log.followClock(now));
    const configured = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
    const waiting: [Endpoint, number][] = [];
    for (const name of log.endpointsWithDue()) {
      const endpoint = configured.get(name) ?? standIn?.(name);
      if (endpoint === undefined) this.#cancel(name, now);
      else waiting.push([endpoint, this.#of(name)]);
    }
    let started = 0;
    // In turn, the endpoint with the fewest in progress first, until no connection is free or
    // nothing is due.
    while (waiting.length > 0 && this.#inProgress.size < MAX_IN_PROGRESS) {
      waiting.sort(([, a], [, b]) => a - b);
      const [endpoint, busy] = waiting[0]!;
      if (
        busy >= this.#shareOf(endpoint, waiting.length) || !this.#startOne(endpoint, now, signal)
      ) {
        waiting.shift();
        continue;
      }
      waiting[0] = [endpoint, busy + 1];
      started++;
    }
    return started;
  }

  /**
   * Does one unit of work: starts what is due, then waits until one attempt has ended.
   *
   * @param signal Ends attempts early.
   * @returns When to call it again, in milliseconds since the Unix epoch; undefined if nothing is
   *   queued.
   */
  async step(signal?: AbortSignal): Promise<number | undefined> {
    this.start(signal);
    await this.next();
    this.#throwFailure();
    return this.nextWakeAt();
  }

  /** Resolves when one of the attempts in progress has ended, at once if there is none. */
  async next(): Promise<void> {
    if (this.#inProgress.size > 0) {
      await Promise.race([...this.#inProgress.values()].map(({ ended }) => ended));
    }
  }

  /**
   * Tells when the next message is due.
   *
   * @param after Only messages due later than this; default all.
   * @returns Milliseconds since the Unix epoch; undefined if nothing is queued.
   */
  nextWakeAt(after?: number): number | undefined {
    return this.#ports.log.nextDueAt(after);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** A slow endpoint must not take every connection; one that has just failed gets a single one. */
  #shareOf({ name }: Endpoint, waiting: number): number {
    if (this.#failing.has(name)) return 1;
    return waiting > 1 ? 2 : MAX_IN_PROGRESS - 1;
  }

  #of(name: string): number {
    let count = 0;
    for (const { endpoint } of this.#inProgress.values()) if (endpoint === name) count++;
    return count;
  }

  /** Leases the next message of an endpoint and starts to post it; false if there is none. */
  #startOne(endpoint: Endpoint, now: number, signal: AbortSignal | undefined): boolean {
    const leased = this.#ports.log.transaction(() => this.#lease(endpoint, now));
    if (leased === undefined) return false;
    const { id } = leased.message;
    const ended = this.#post(leased, endpoint, signal)
      .catch((error) => {
        if (!signal?.aborted) this.#failure ??= { error };
      })
      .finally(() => this.#inProgress.delete(id));
    this.#inProgress.set(id, { endpoint: endpoint.name, ended });
    return true;
  }

  #lease(endpoint: Endpoint, now: number):
    | { message: OutboxMessage; request: FormattedRequest }
    | undefined {
    const { log, random, linkTo = () => undefined } = this.#ports;
    for (const message of log.dueMessages(endpoint.name, now, MAX_CANDIDATES)) {
      if (this.#inProgress.has(message.id)) continue;
      if (message.state === "leased") {
        this.#expire(message, endpoint, now);
        continue;
      }
      const alert = log.alert(message.webhookId);
      const folded = alert === undefined ? log.foldedMessage(message.webhookId) : undefined;
      const found = alert ?? folded;
      if (found === undefined) {
        this.#write(message, { type: "cancel" }, now);
        continue;
      }
      const leased = this.#write(message, {
        type: "lease",
        now,
        token: newToken(random),
        leaseMs: endpoint.timeoutMs + LEASE_MARGIN_MS,
      }, now);
      if (leased === undefined) continue;
      try {
        const data: unknown = JSON.parse(found.body);
        const at = found.recordedAt;
        const content: MessageContent = folded === undefined
          ? { type: "alert.created", alert: data as Alert, at }
          : { type: "alert.folded", folded: data as FoldedAlerts, at };
        const { options } = endpoint;
        return {
          message: leased,
          request: formatOf(endpoint.format).request(content, { options, linkTo }),
        };
      } catch {
        // Thrown on, it would roll the lease back, and this message would stay first in line for
        // ever.
        this.#finish(leased, endpoint, {
          kind: "permanent",
          code: "body_failed",
          at: now,
          durationMs: 0,
        });
      }
    }
    return undefined;
  }

  async #post(
    { message, request }: { message: OutboxMessage; request: FormattedRequest },
    endpoint: Endpoint,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { log, attempt } = this.#ports;
    const outcome = await attempt({ webhookId: message.webhookId, request }, endpoint, signal);
    if (outcome.kind === "ok") this.#failing.delete(endpoint.name);
    else {
      const { count = 0, since = outcome.at } = this.#failing.get(endpoint.name) ?? {};
      const answer = [outcome.code, outcome.status ?? []].flat().join(" ");
      this.#failing.set(endpoint.name, { count: count + 1, since, answer });
    }
    log.transaction(() => this.#finish(message, endpoint, outcome));
  }

  /** Records how an attempt ended, unless its lease has run out meanwhile. */
  #finish(message: OutboxMessage, { retryScheduleMs }: Endpoint, outcome: Outcome): void {
    const { clock, random } = this.#ports;
    const now = clock.now();
    const saved = this.#write(message, {
      type: "finish",
      now,
      token: message.token!,
      outcome,
      schedule: retryScheduleMs,
      random,
    }, now);
    if (saved !== undefined) this.#note(message, outcome);
  }

  #expire(message: OutboxMessage, { retryScheduleMs }: Endpoint, now: number): void {
    const { random } = this.#ports;
    const step = { type: "expire", now, schedule: retryScheduleMs, random } as const;
    if (this.#write(message, step, now) === undefined) return;
    const at = message.updatedAt;
    this.#note(message, { kind: "retry", code: "lost", at, durationMs: Math.max(0, now - at) });
  }

  /**
   * For an endpoint that is no longer configured: its messages are cancelled, visibly, and can be
   * redelivered.
   */
  #cancel(endpoint: string, now: number): void {
    const { log } = this.#ports;
    log.transaction(() => {
      for (const message of log.dueMessages(endpoint, Number.MAX_SAFE_INTEGER, MAX_CANCELLED)) {
        this.#write(message, { type: "cancel" }, now);
      }
    });
  }

  /**
   * Writes what the state machine says; undefined if the step does not apply, or another writer was
   * faster.
   */
  #write(
    message: OutboxMessage,
    step: OutboxStep,
    now: number,
  ): OutboxMessage | undefined {
    const after = nextState(message, step);
    if (after === undefined) return undefined;
    const isSaved = this.#ports.log.saveMessage(message, after, now);
    return isSaved ? { ...after, updatedAt: now } : undefined;
  }

  #note({ id, attempt }: OutboxMessage, outcome: Outcome): void {
    this.#ports.log.noteAttempt(id, {
      number: attempt,
      at: outcome.at,
      durationMs: outcome.durationMs,
      kind: outcome.kind,
      code: outcome.code,
      status: outcome.status ?? null,
      excerpt: outcome.excerpt ?? null,
    });
  }
}

/** Tells two leases of one message apart; it is not a secret. */
function newToken(random: () => number): string {
  return Math.floor(random() * 2 ** 52).toString(36);
}

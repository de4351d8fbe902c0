import type { Alert } from "../alert/alert.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import { formats } from "../delivery/formats.ts";
import { nextState } from "../delivery/next_state.ts";
import type { Outcome } from "../delivery/outcome.ts";
import type { StoredMessage } from "../store/stored_message.ts";
import type { WatchPorts } from "./watch_ports.ts";

/** What the drain needs of the ports. */
export type DrainPorts = Pick<WatchPorts, "log" | "clock" | "random" | "endpoints" | "attempt">;

/** A Durable Object has six outgoing connections; one is left to the collector. */
const MOST_UNDER_WAY = 5;
/** Who has not reported back so long after the endpoint's own time-out never will. */
const LEASE_MARGIN_MS = 15_000;
/** More than can be under way, so that one that is not under way is among them. */
const MOST_LOOKED_AT = 2 * MOST_UNDER_WAY;
/** Of messages that only have to be written down, so many at once. */
const MOST_WRITTEN_OFF = 100;

/**
 * Delivers what is due, several endpoints side by side, so that a slow one keeps nobody else waiting.
 *
 * A message is leased in one transaction, posted, and its result written in another, by compare-and-set on the lease. Whoever dies
 * in between leaves a lease that runs out: the message is then sent again, under the same `webhook-id`.
 */
export class Drain {
  readonly #ports: DrainPorts;
  readonly #underWay = new Map<number, { endpoint: string; ended: Promise<void> }>();
  /** Endpoints whose last attempt has failed. */
  readonly #failing = new Set<string>();
  #failure: { error: unknown } | undefined;

  /** @param ports The log, the endpoints, time and chance, and what posts. */
  constructor(ports: DrainPorts) {
    this.#ports = ports;
  }

  /** How many attempts are under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /**
   * Starts what is due, as far as connections allow, without waiting for it.
   *
   * @param signal Ends attempts early; their leases then run out.
   * @returns How many were started.
   * @throws {unknown} What went wrong in an attempt that has ended since, such as a full disk.
   */
  start(signal?: AbortSignal): number {
    this.#throwFailure();
    const { log, clock, endpoints } = this.#ports;
    const now = clock.now();
    log.transaction(() => log.followClock(now));
    const configured = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
    const waiting: [Endpoint, number][] = [];
    for (const name of log.endpointsWithDue()) {
      const endpoint = configured.get(name);
      if (endpoint === undefined) this.#cancel(name, now);
      else waiting.push([endpoint, this.#of(name)]);
    }
    let started = 0;
    // A turn each, those with the fewest under way first, until there is no room or nothing is due.
    while (waiting.length > 0 && this.#underWay.size < MOST_UNDER_WAY) {
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
   * One unit of work: starts what is due, then waits until one attempt has ended.
   *
   * @param signal Ends attempts early.
   * @returns When to be called again, in milliseconds since the Unix epoch; undefined if nothing is queued.
   */
  async step(signal?: AbortSignal): Promise<number | undefined> {
    this.start(signal);
    await this.next();
    this.#throwFailure();
    return this.nextWakeAt();
  }

  /** Resolves when one of the attempts under way has ended, at once if there is none. */
  async next(): Promise<void> {
    if (this.#underWay.size > 0) {
      await Promise.race([...this.#underWay.values()].map(({ ended }) => ended));
    }
  }

  /**
   * When the next message is due, in milliseconds since the Unix epoch, if any is queued.
   *
   * @param after Only what is due later than this; default everything.
   */
  nextWakeAt(after?: number): number | undefined {
    return this.#ports.log.nextDueAt(after);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** One slow endpoint must not take every connection; one that has just failed gets a single one. */
  #shareOf({ name }: Endpoint, waiting: number): number {
    if (this.#failing.has(name)) return 1;
    return waiting > 1 ? 2 : MOST_UNDER_WAY - 1;
  }

  #of(name: string): number {
    let count = 0;
    for (const { endpoint } of this.#underWay.values()) if (endpoint === name) count++;
    return count;
  }

  /** Leases the next message of an endpoint and begins to post it; false if there is none. */
  #startOne(endpoint: Endpoint, now: number, signal: AbortSignal | undefined): boolean {
    const leased = this.#ports.log.transaction(() => this.#lease(endpoint, now));
    if (leased === undefined) return false;
    const { id } = leased.message;
    const ended = this.#post(leased, endpoint, signal)
      .catch((error) => {
        if (!signal?.aborted) this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, { endpoint: endpoint.name, ended });
    return true;
  }

  #lease(endpoint: Endpoint, now: number): { message: StoredMessage; body: string } | undefined {
    const { log, random } = this.#ports;
    for (const message of log.dueMessages(endpoint.name, now, MOST_LOOKED_AT)) {
      if (this.#underWay.has(message.id)) continue;
      if (message.state === "leased") {
        this.#expire(message, endpoint, now);
        continue;
      }
      const alert = log.alert(message.webhookId);
      if (alert === undefined) {
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
        const format = formats[endpoint.format];
        const body = format.body(JSON.parse(alert.body) as Alert, alert.recordedAt);
        return { message: leased, body };
      } catch {
        // Thrown on, it would take the lease back, and this message would be the first in line for ever.
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
    { message, body }: { message: StoredMessage; body: string },
    endpoint: Endpoint,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { log, attempt } = this.#ports;
    const outcome = await attempt({ webhookId: message.webhookId, body }, endpoint, signal);
    if (outcome.kind === "ok") this.#failing.delete(endpoint.name);
    else this.#failing.add(endpoint.name);
    log.transaction(() => this.#finish(message, endpoint, outcome));
  }

  /** Writes down how an attempt has ended, unless its lease has run out meanwhile. */
  #finish(message: StoredMessage, { retryScheduleMs }: Endpoint, outcome: Outcome): void {
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

  #expire(message: StoredMessage, { retryScheduleMs }: Endpoint, now: number): void {
    const { random } = this.#ports;
    const step = { type: "expire", now, schedule: retryScheduleMs, random } as const;
    if (this.#write(message, step, now) === undefined) return;
    const at = message.updatedAt;
    this.#note(message, { kind: "retry", code: "lost", at, durationMs: Math.max(0, now - at) });
  }

  /** Its endpoint is no longer configured: the messages end, visibly, and can be redelivered. */
  #cancel(endpoint: string, now: number): void {
    const { log } = this.#ports;
    log.transaction(() => {
      for (const message of log.dueMessages(endpoint, Number.MAX_SAFE_INTEGER, MOST_WRITTEN_OFF)) {
        this.#write(message, { type: "cancel" }, now);
      }
    });
  }

  /** Writes what the state machine says; undefined if the step does not apply, or somebody was faster. */
  #write(
    message: StoredMessage,
    step: Parameters<typeof nextState>[1],
    now: number,
  ): StoredMessage | undefined {
    const after = nextState(message, step);
    if (after === undefined) return undefined;
    const { state, attempt, round, dueAt, token } = after;
    const change = { state, attempt, round, dueAt, token };
    const isSaved = this.#ports.log.saveMessage(message, change, now);
    return isSaved ? { ...message, ...change, updatedAt: now } : undefined;
  }

  #note({ id, attempt }: StoredMessage, outcome: Outcome): void {
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

/** It tells two leases of one message apart, and is no secret. */
function newToken(random: () => number): string {
  return Math.floor(random() * 2 ** 52).toString(36);
}

import type { Alert, FoldedAlerts } from "../alert/alert.ts";
import type { EndpointState } from "../store/endpoint_state.ts";
import type { Log } from "../store/log.ts";
import type { OutboxMessage } from "../store/outbox_message.ts";
import type { DueOrder } from "../store/outbox_table.ts";
import type { Clock } from "../stream/clock.ts";
import type { AttemptMessage } from "./attempt.ts";
import { closedAlert } from "./closing_id.ts";
import type { Endpoint } from "./endpoint.ts";
import { EndpointPace } from "./endpoint_pace.ts";
import type { FormattedRequest, MessageContent } from "./format/format.ts";
import { formatOf } from "./format/formats.ts";
import { isFree, newEndpointState, nextEndpointState, resumed } from "./next_endpoint_state.ts";
import { nextState, type OutboxStep } from "./next_state.ts";
import type { Outcome } from "./outcome.ts";
import { settingsDigest } from "./settings_digest.ts";

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
  /** Told of each attempt that has ended; default nobody. */
  readonly onAttempt?: ((attempt: AttemptFacts) => void) | undefined;
}

/** What is told of an attempt: neither a secret, nor a URL, nor what a receiver has written. */
export interface AttemptFacts {
  /** The name of the endpoint. */
  readonly endpoint: string;
  /** The `webhook-id`. */
  readonly webhookId: string;
  /** The row of the message. */
  readonly message: number;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** What it meant for the message, such as `ok` or `retry`. */
  readonly kind: string;
  /** What happened, such as `answered` or `timed_out`. */
  readonly code: string;
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;
  /** When it began, as an ISO 8601 string. */
  readonly startedAt: string;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** The size of the body, in bytes; null if nothing was sent, or that is not known. */
  readonly bytes: number | null;
}

/** A Durable Object has six outgoing connections; one is left to the collector. */
const MAX_IN_PROGRESS = 5;
/** How many of them a single endpoint may have, alone and beside others. */
const MAX_SHARE = { alone: MAX_IN_PROGRESS - 1, beside: 2 };
/** How many the failing endpoints may have together, and these and the slow ones together. */
const MAX_DOUBTFUL = { failing: 1, slow: 2 };
/**
 * While others have messages to send, these have one, and after an attempt that took long it rests
 * for so many times as long: together they take the others a fiftieth of the connections.
 */
const DOUBTFUL_REST = 9;
/** An attempt that has not reported back this long after the endpoint's own timeout never will. */
const LEASE_MARGIN_MS = 15_000;
/** More messages than can be in progress, so that at least one of them is not. */
const MAX_CANDIDATES = 2 * MAX_IN_PROGRESS;
/** How many messages are cancelled in one transaction. */
const MAX_CANCELLED = 100;
/** One message of so many is the longest due of all, whatever its level. */
const BY_AGE_EVERY = 10;

/** How much an endpoint is trusted to answer soon. */
type Trust = "good" | "slow" | "failing";

/** What the process remembers of an endpoint; everything else is in the log. */
interface Course {
  readonly pace: EndpointPace;
  /** How many attempts were started. */
  started: number;
  /** The place of the latest among those to all endpoints. */
  turn: number;
}

/**
 * Delivers what is due to several endpoints side by side, so that a slow or failing one does not
 * delay the others.
 *
 * A message is leased in one transaction and posted; the result is written in another transaction,
 * by compare-and-set on the lease, together with what it says about the endpoint. If the process
 * dies in between, the lease runs out and the message is sent again, under the same `webhook-id`.
 */
export class OutboxDispatcher {
  readonly #ports: DispatchPorts;
  readonly #inProgress = new Map<
    number,
    { endpoint: string; trust: Trust; ended: Promise<void> }
  >();
  readonly #courses = new Map<string, Course>();
  #turns = 0;
  /** Until when attempts to failing and slow endpoints rest while others have messages to send. */
  #restUntil = -Infinity;
  #failure: { error: unknown } | undefined;

  /** @param ports Everything from outside. */
  constructor(ports: DispatchPorts) {
    this.#ports = ports;
  }

  /** How many attempts are in progress. */
  get inProgress(): number {
    return this.#inProgress.size;
  }

  /**
   * Starts attempts that are due, as far as connections and endpoints allow, without waiting for
   * them.
   *
   * @param signal Ends attempts early; their leases then run out.
   * @param most How many to start at most.
   * @returns How many were started.
   * @throws {unknown} What went wrong in an earlier attempt, such as a full disk.
   */
  start(signal?: AbortSignal, most = Infinity): number {
    this.#throwFailure();
    const { log, clock } = this.#ports;
    const now = clock.now();
    log.followClock(now);
    this.#meetEndpoints(now);
    const waiting: { endpoint: Endpoint; state: EndpointState }[] = [];
    for (const [name, dueAt] of log.dueTimes()) {
      const endpoint = this.#endpoint(name);
      if (endpoint === undefined) this.#cancel(name, now);
      else if (dueAt <= now) {
        const state = this.#stateOf(endpoint);
        if (this.#opensAt(endpoint, state, now) <= now) waiting.push({ endpoint, state });
      }
    }
    const others = waiting.length;
    const isBusy = waiting.some(({ endpoint, state }) => this.#trustIn(endpoint, state) === "good");
    let started = 0;
    // In turn, the endpoint with the fewest in progress first, until no connection is free or
    // nothing is due.
    const byTurn = (a: { endpoint: Endpoint }, b: { endpoint: Endpoint }) =>
      this.#of(a.endpoint) - this.#of(b.endpoint) ||
      this.#turnOf(a.endpoint) - this.#turnOf(b.endpoint);
    waiting.sort(byTurn);
    while (waiting.length > 0 && started < most && this.#inProgress.size < MAX_IN_PROGRESS) {
      const { endpoint, state } = waiting[0]!;
      const mayStart = this.#hasRoom(endpoint, state, others, isBusy ? now : Infinity) &&
        this.#opensAt(endpoint, state, now) <= now;
      if (mayStart && this.#startOne(endpoint, state, now, signal)) {
        started++;
        waiting.sort(byTurn);
      } else waiting.shift();
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
   * Tells when the next message may be sent.
   *
   * @param after Only what comes later than this; default all. An endpoint for which something could
   *   be sent by then does not count: it is looked at as soon as a connection is free.
   * @returns Milliseconds since the Unix epoch; undefined if nothing is queued for an endpoint that
   *   is not disabled.
   */
  nextWakeAt(after = -Infinity): number | undefined {
    const { log, clock } = this.#ports;
    const now = clock.now();
    const states = log.endpointStates();
    let first = Infinity;
    for (const [name, dueAt] of log.dueTimes()) {
      const endpoint = this.#endpoint(name);
      const opensAt = endpoint && this.#opensAt(endpoint, states.get(name), now);
      const at = Math.max(dueAt, opensAt ?? dueAt);
      if (at > after) first = Math.min(first, at);
    }
    return first === Infinity ? undefined : first;
  }

  /**
   * Gives an endpoint a fresh start: what waits for it is due at once, with its schedule from the
   * start.
   *
   * @param name The endpoint's name.
   * @returns False if it is not configured.
   */
  resume(name: string): boolean {
    const { log, clock } = this.#ports;
    const endpoint = this.#endpoint(name);
    if (endpoint === undefined) return false;
    const now = clock.now();
    log.transaction(() => this.#resume(name, settingsDigest(endpoint), now));
    return true;
  }

  /**
   * Resumes an endpoint if 410 has disabled it: an operator wants something to be sent to it.
   *
   * @param name The endpoint's name.
   */
  reopen(name: string): void {
    if (this.#ports.log.endpointStates().get(name)?.state === "disabled") this.resume(name);
  }

  /**
   * Learns from an attempt that was made for another reason, such as a test by an operator. A
   * message that was accepted resumes the endpoint.
   *
   * @param endpoint The endpoint.
   * @param outcome How the attempt ended.
   */
  learn(endpoint: Endpoint, outcome: Outcome): void {
    const { log, clock } = this.#ports;
    const now = clock.now();
    log.transaction(() => {
      if (outcome.kind === "ok") this.#resume(endpoint.name, settingsDigest(endpoint), now);
      this.#noteOutcome(endpoint, outcome, now);
    });
  }

  /**
   * Gives up what could not be delivered for too long, so that nothing is kept for ever.
   *
   * @param before Messages queued before this, in milliseconds since the Unix epoch.
   */
  giveUp(before: number): void {
    const { log, clock } = this.#ports;
    const now = clock.now();
    log.transaction(() => {
      for (const name of log.dueTimes().keys()) log.giveUpMessages(name, before, now);
    });
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  #endpoint(name: string): Endpoint | undefined {
    const { endpoints, standIn } = this.#ports;
    return endpoints.find((endpoint) => endpoint.name === name) ?? standIn?.(name);
  }

  #stateOf(endpoint: Endpoint): EndpointState {
    const { name } = endpoint;
    return this.#ports.log.endpointStates().get(name) ??
      newEndpointState(name, settingsDigest(endpoint));
  }

  /** Forgets endpoints that are gone, and gives those with other settings a fresh start. */
  #meetEndpoints(now: number): void {
    const { log } = this.#ports;
    for (const { name, settings } of log.endpointStates().values()) {
      const endpoint = this.#endpoint(name);
      const digest = endpoint && settingsDigest(endpoint);
      if (digest === settings) continue;
      this.#courses.delete(name);
      log.transaction(() => {
        if (digest === undefined) log.removeEndpointState(name);
        else this.#resume(name, digest, now);
      });
    }
  }

  #resume(name: string, settings: string, now: number): void {
    const { log } = this.#ports;
    const known = log.endpointStates().get(name);
    const state = known === undefined ? newEndpointState(name, settings) : resumed(known, settings);
    log.saveEndpointState(state);
    log.releaseMessages(name, now);
  }

  #courseOf(name: string): Course {
    let course = this.#courses.get(name);
    if (course === undefined) {
      course = { pace: new EndpointPace(), started: 0, turn: 0 };
      this.#courses.set(name, course);
    }
    return course;
  }

  #turnOf({ name }: Endpoint): number {
    return this.#courses.get(name)?.turn ?? 0;
  }

  /** From when on an endpoint may be sent something; Infinity if it is disabled. */
  #opensAt(
    { name, maxPerMinute }: Endpoint,
    state: EndpointState | undefined,
    now: number,
  ): number {
    if (state?.state === "disabled") return Infinity;
    const paced = this.#courses.get(name)?.pace.nextAt(now, maxPerMinute) ?? -Infinity;
    return Math.max(state?.holdUntil ?? -Infinity, paced);
  }

  #trustIn({ name }: Endpoint, { failures }: EndpointState): Trust {
    if (failures > 0) return "failing";
    return this.#courses.get(name)?.pace.isSlow ? "slow" : "good";
  }

  /**
   * Whether one more attempt to this endpoint leaves enough connections to the others, of which
   * `waiting` have something due; those that are trusted have at `busyAt`.
   */
  #hasRoom(endpoint: Endpoint, state: EndpointState, waiting: number, busyAt: number): boolean {
    const trust = this.#trustIn(endpoint, state);
    // One that has never accepted anything, and may hang, gets a single connection, too.
    const share = trust !== "good" || state.succeededAt === null
      ? 1
      : endpoint.maxInFlight ?? (waiting > 1 ? MAX_SHARE.beside : MAX_SHARE.alone);
    if (this.#of(endpoint) >= share) return false;
    if (trust === "good") return true;
    const doubtful = [...this.#inProgress.values()].filter((one) => one.trust !== "good");
    if (busyAt < Infinity) return doubtful.length === 0 && busyAt >= this.#restUntil;
    const failing = doubtful.filter((one) => one.trust === "failing");
    return doubtful.length < MAX_DOUBTFUL.slow &&
      (trust === "slow" || failing.length < MAX_DOUBTFUL.failing);
  }

  #of({ name }: Endpoint): number {
    let count = 0;
    for (const { endpoint } of this.#inProgress.values()) if (endpoint === name) count++;
    return count;
  }

  /** Leases the next message of an endpoint and starts to post it; false if there is none. */
  #startOne(
    endpoint: Endpoint,
    state: EndpointState,
    now: number,
    signal: AbortSignal | undefined,
  ): boolean {
    const { name } = endpoint;
    const course = this.#courseOf(name);
    const isByAge = course.started % BY_AGE_EVERY === BY_AGE_EVERY - 1;
    // One that is paused is probed with another message each time: it may be the message.
    const order = state.state === "paused" ? "tries" : isByAge ? "age" : "level";
    const leased = this.#ports.log.transaction(() => this.#lease(endpoint, now, order));
    if (leased === undefined) return false;
    course.started++;
    course.turn = ++this.#turns;
    course.pace.started(now, endpoint.maxPerMinute);
    const { id } = leased.message;
    const trust = this.#trustIn(endpoint, state);
    const ended = this.#post(leased, endpoint, signal)
      .catch((error) => {
        if (!signal?.aborted) this.#failure ??= { error };
      })
      .finally(() => {
        this.#inProgress.delete(id);
        const over = this.#ports.clock.now();
        if (trust !== "good") this.#restUntil = over + DOUBTFUL_REST * (over - now);
      });
    this.#inProgress.set(id, { endpoint: name, trust, ended });
    return true;
  }

  #lease(endpoint: Endpoint, now: number, order: DueOrder):
    | { message: OutboxMessage; request: FormattedRequest }
    | undefined {
    const { log, random, linkTo = () => undefined } = this.#ports;
    for (const message of log.dueMessages(endpoint.name, now, MAX_CANDIDATES, order)) {
      if (this.#inProgress.has(message.id)) continue;
      if (message.state === "leased") {
        this.#expire(message, endpoint, now);
        continue;
      }
      const found = this.#contentOf(message);
      if (found === undefined) {
        this.#write(message, { type: "cancel" }, now);
        continue;
      }
      const opened = found.type === "alert.closed" ? this.#owedBefore(message) : undefined;
      if (opened !== undefined) {
        this.#write(message, { type: "postpone", now, until: opened }, now);
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
        const { type, at } = found;
        const content: MessageContent = type === "alert.folded"
          ? { type, folded: data as FoldedAlerts, at }
          : { type, alert: data as Alert, at };
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

  /** What a message tells, as JSON, and since when that is so; undefined if it is gone. */
  #contentOf({ webhookId }: OutboxMessage):
    | { type: MessageContent["type"]; body: string; at: number }
    | undefined {
    const { log } = this.#ports;
    const closed = closedAlert(webhookId);
    const alert = log.alert(closed ?? webhookId);
    if (alert !== undefined) {
      const { body, recordedAt } = alert;
      if (closed === undefined) return { type: "alert.created", body, at: recordedAt };
      const closedAt = log.alertChanges(closed)?.findLast(({ state }) => state === "closed")?.at;
      return { type: "alert.closed", body, at: Date.parse(closedAt ?? "") || recordedAt };
    }
    const folded = log.foldedMessage(webhookId);
    return folded && { type: "alert.folded", body: folded.body, at: folded.recordedAt };
  }

  /** When the alert that a message closes is to be sent, if that has yet to be done. */
  #owedBefore({ webhookId, endpoint }: OutboxMessage): number | undefined {
    const [opened] = this.#ports.log.deliveries({
      webhookId: closedAlert(webhookId) ?? webhookId,
      endpoint,
      limit: 1,
    });
    return opened?.dueAt ?? undefined;
  }

  async #post(
    { message, request }: { message: OutboxMessage; request: FormattedRequest },
    endpoint: Endpoint,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { log, clock, attempt } = this.#ports;
    const outcome = await attempt({ webhookId: message.webhookId, request }, endpoint, signal);
    log.transaction(() => {
      const state = this.#noteOutcome(endpoint, outcome, clock.now());
      // A probe costs its message nothing, unless the message is older than its whole schedule.
      const total = endpoint.retryScheduleMs.reduce((sum, ms) => sum + ms, 0);
      const isYoung = clock.now() < message.queuedAt + total;
      this.#finish(message, endpoint, outcome, {
        isFree: isFree(outcome, state) && (outcome.kind !== "retry" || isYoung),
        notBefore: state.holdUntil,
        bytes: new TextEncoder().encode(request.body).length,
      });
    });
  }

  /** Records what an outcome says about its endpoint. */
  #noteOutcome(endpoint: Endpoint, outcome: Outcome, now: number): EndpointState {
    const { log, random } = this.#ports;
    const before = this.#stateOf(endpoint);
    // An attempt with other settings than the present ones says nothing.
    if (before.settings !== settingsDigest(endpoint)) return before;
    const after = nextEndpointState(before, outcome, { now, random });
    log.saveEndpointState(after);
    this.#courseOf(endpoint.name).pace.ended(outcome, after.holdUntil);
    return after;
  }

  /** Records how an attempt ended, unless its lease has run out meanwhile. */
  #finish(
    message: OutboxMessage,
    { retryScheduleMs }: Endpoint,
    outcome: Outcome,
    { bytes, ...endpoint }: { isFree?: boolean; notBefore?: number | null; bytes?: number } = {},
  ): void {
    const { clock, random } = this.#ports;
    const now = clock.now();
    const saved = this.#write(message, {
      type: "finish",
      now,
      token: message.token!,
      outcome,
      ...endpoint,
      schedule: retryScheduleMs,
      random,
    }, now);
    if (saved !== undefined) this.#note(message, outcome, bytes);
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
      for (
        const message of log.dueMessages(endpoint, Number.MAX_SAFE_INTEGER, MAX_CANCELLED, "age")
      ) {
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

  #note(
    { id, webhookId, endpoint, attempt }: OutboxMessage,
    outcome: Outcome,
    bytes: number | null = null,
  ): void {
    const { log, onAttempt } = this.#ports;
    const { at, durationMs, kind, code, status = null, excerpt = null } = outcome;
    log.noteAttempt(id, { number: attempt, at, durationMs, kind, code, status, excerpt });
    onAttempt?.({
      endpoint,
      webhookId,
      message: id,
      attempt,
      kind,
      code,
      status,
      startedAt: new Date(at).toISOString(),
      durationMs,
      bytes,
    });
  }
}

/** Tells two leases of one message apart; it is not a secret. */
function newToken(random: () => number): string {
  return Math.floor(random() * 2 ** 52).toString(36);
}

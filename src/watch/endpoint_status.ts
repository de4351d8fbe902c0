import { answerText, hintFor } from "../delivery/answer_text.ts";
import type { EndpointState, EndpointStateName } from "../store/endpoint_state.ts";
import type { UndeliveredCount } from "../store/outbox_table.ts";
import { type Reason, reason } from "./reasons.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A failure that lasts so long is told, however few attempts there were, in milliseconds. */
const FAILING_TOLD_MS = MINUTE;
/** The age of a message that is told, in milliseconds. */
const MESSAGE_LATE_MS = { yellow: 5 * MINUTE, red: HOUR };
/** How long an endpoint may fail before that is red, in milliseconds. */
const FAILING_RED_MS = HOUR;

/** A webhook endpoint as the status shows it; all times are ISO 8601 strings. */
export interface EndpointStatus {
  /** Its name. */
  readonly name: string;
  /** Its state. */
  readonly state: EndpointStateName;
  /** How many messages wait for it. */
  readonly queued: number;
  /** Since when the oldest of them waits; null if there is none. */
  readonly waitingSince: string | null;
  /** Failures in a row. */
  readonly failures: number;
  /** When the first of them began; null if there is none. */
  readonly failingSince: string | null;
  /** How the latest attempt ended; null before the first. */
  readonly lastAnswer: {
    readonly at: string;
    readonly code: string;
    readonly status: number | null;
    /** The start of the body on one line: hostile. */
    readonly excerpt: string | null;
  } | null;
  /** When a message was last accepted; null if none ever was. */
  readonly lastSuccessAt: string | null;
  /** Before this, nothing is sent; null if nothing has to wait for it. */
  readonly nextTryAt: string | null;
  /** How many attempts have ended in which way, by kind. */
  readonly attempts: Readonly<Record<string, number>>;
}

/** What is known about one endpoint. */
export interface KnownEndpoint {
  readonly name: string;
  readonly state: EndpointState | undefined;
  readonly queue: UndeliveredCount["endpoints"][number] | undefined;
}

/**
 * Brings together what is known about each endpoint.
 *
 * @param names The configured endpoints.
 * @param states What attempts have said, by the names of the endpoints.
 * @param queues What is to be delivered; one to an endpoint that is not configured is included.
 * @returns One entry for each.
 */
export function knownEndpoints(
  names: readonly string[],
  states: ReadonlyMap<string, EndpointState>,
  queues: UndeliveredCount["endpoints"],
): KnownEndpoint[] {
  const all = new Set([...names, ...queues.map(({ endpoint }) => endpoint)]);
  return [...all].map((name) => ({
    name,
    state: states.get(name),
    queue: queues.find(({ endpoint }) => endpoint === name),
  }));
}

/**
 * The state of an endpoint at a time: a throttled one is healthy again once its pause is over.
 *
 * @param state What is known.
 * @param now Milliseconds since the Unix epoch.
 * @returns The state.
 */
export function stateAt({ state, holdUntil }: EndpointState, now: number): EndpointStateName {
  return state === "throttled" && (holdUntil ?? now) <= now ? "healthy" : state;
}

/**
 * An endpoint as the status shows it.
 *
 * @param known What is known about it.
 * @param now Milliseconds since the Unix epoch.
 * @returns The status.
 */
export function endpointStatus({ name, state, queue }: KnownEndpoint, now: number): EndpointStatus {
  const { answer = null, holdUntil = null } = state ?? {};
  return {
    name,
    state: state === undefined ? "healthy" : stateAt(state, now),
    queued: queue?.count ?? 0,
    waitingSince: iso(queue?.since ?? null),
    failures: state?.failures ?? 0,
    failingSince: iso(state?.since ?? null),
    lastAnswer: answer === null ? null : {
      at: new Date(answer.at).toISOString(),
      code: answer.code,
      status: answer.status,
      excerpt: answer.excerpt,
    },
    lastSuccessAt: iso(state?.succeededAt ?? null),
    nextTryAt: holdUntil !== null && holdUntil > now ? iso(holdUntil) : null,
    attempts: state?.attempts ?? {},
  };
}

/**
 * What an endpoint means for the health: a reason for everything that keeps messages from it.
 *
 * @param known What is known about it.
 * @param now Milliseconds since the Unix epoch.
 * @returns The reasons.
 */
export function endpointReasons({ name, state, queue }: KnownEndpoint, now: number): Reason[] {
  const found: Reason[] = [];
  const waiting = queue === undefined
    ? "No message waits for it"
    : `${queue.count} messages wait for it, the oldest for ${minutes(now - queue.since)}`;
  const answer = state?.answer ?? null;
  const said = answer === null ? "nothing yet" : answerText(answer);
  const hint = answer === null || answer.kind === "ok" ? "" : `${hintFor(answer)} `;
  const present = state === undefined ? "healthy" : stateAt(state, now);
  const since = state?.since ?? queue?.since ?? now;
  if (present === "disabled") {
    return [reason("endpoint_disabled", {
      about: name,
      message: `The endpoint ${name} is disabled: it answered ${said}. ${waiting}.`,
      advice: hint,
      since,
    })];
  }
  const failures = state?.failures ?? 0;
  const lateMs = queue === undefined ? 0 : now - queue.since;
  const isFailing = present === "failing" || present === "paused" ||
    (failures > 0 && present !== "throttled" && now - since >= FAILING_TOLD_MS);
  if (isFailing || lateMs > MESSAGE_LATE_MS.yellow) {
    const isRed = lateMs > MESSAGE_LATE_MS.red || (isFailing && now - since > FAILING_RED_MS);
    found.push(reason("delivery_failing", {
      severity: isRed ? "red" : "yellow",
      about: name,
      message: failures === 0
        ? `Messages to the endpoint ${name} are late. ${waiting}.`
        : `The endpoint ${name} has failed ${failures} times in a row; the last answer was: ` +
          `${said}. ${waiting}.`,
      advice: hint,
      since: Math.min(since, queue?.since ?? since),
    }));
  }
  if (present === "paused") {
    const next = new Date(state?.holdUntil ?? now).toISOString();
    found.push(reason("endpoint_paused", {
      severity: now - since > FAILING_RED_MS ? "red" : "yellow",
      about: name,
      message: `Only probes are sent to the endpoint ${name}, the next one at ${next} or later. ` +
        `${waiting}.`,
      since,
    }));
  }
  if (present === "throttled") {
    const until = new Date(state?.holdUntil ?? now).toISOString();
    found.push(reason("endpoint_throttled", {
      about: name,
      message:
        `The endpoint ${name} is left alone until ${until}: it answered ${said}. ${waiting}.`,
      since,
    }));
  }
  return found;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function minutes(ms: number): string {
  return `${Math.max(0, Math.round(ms / MINUTE))} minutes`;
}

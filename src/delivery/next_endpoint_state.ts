import type { EndpointState } from "../store/endpoint_state.ts";
import { oneLine } from "../stream/plain_text.ts";
import type { Outcome } from "./outcome.ts";

/** After so many failures in a row an endpoint is paused. */
export const MAX_FAILURES = 3;

/** For how long a receiver may ask to be left alone, in milliseconds. */
const ASKED_MS = { min: 1_000, max: 3_600_000 };
/** How long it is left alone if it does not say: doubled each time, in milliseconds. */
const BACK_OFF_MS = { min: 5_000, max: 300_000 };
/** A pause is shorter than that by up to this share of it. */
const JITTER = 0.2;

/**
 * What is known about an endpoint before the first attempt.
 *
 * @param name Its name.
 * @param settings The digest of its settings.
 * @returns Its state: healthy.
 */
export function newEndpointState(name: string, settings: string): EndpointState {
  return {
    name,
    settings,
    state: "healthy",
    failures: 0,
    since: null,
    failedAt: null,
    holdUntil: null,
    holds: 0,
    answer: null,
    succeededAt: null,
    attempts: {},
  };
}

/**
 * The endpoint as a pure state machine: what an attempt says about it.
 *
 * Three failures in a row pause it, one that repeating cannot mend makes it failing at once, and 410
 * disables it. A receiver that asks for time gets it. One success makes it healthy again.
 *
 * Attempts overlap. One that began before the endpoint was left alone says nothing that is not known
 * already, and those that fail together are one failure.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { newEndpointState, nextEndpointState } from "./next_endpoint_state.ts";
 *
 * const random = () => 0;
 * const outcome = { kind: "permanent", code: "answered", status: 401, at: 5, durationMs: 1 } as const;
 * const failing = nextEndpointState(newEndpointState("siem", "1f"), outcome, { now: 6, random });
 * assertEquals([failing.state, failing.since], ["failing", 5]);
 * const busy = { kind: "throttle", code: "answered", status: 429, retryAfterMs: 2_000 } as const;
 * const times = { at: 7, durationMs: 1 };
 * const held = nextEndpointState(failing, { ...busy, ...times }, { now: 8, random });
 * assertEquals([held.state, held.holdUntil], ["throttled", 2_008]);
 * ```
 *
 * @param before What was known.
 * @param outcome How the attempt ended.
 * @param options The time in milliseconds since the Unix epoch, and chance in [0, 1).
 * @returns What is known now.
 */
export function nextEndpointState(
  before: EndpointState,
  outcome: Outcome,
  { now, random }: { now: number; random: () => number },
): EndpointState {
  const { kind, code, status = null, excerpt, at, retryAfterMs } = outcome;
  const attempts = { ...before.attempts, [kind]: (before.attempts[kind] ?? 0) + 1 };
  const isOvertaken = before.holdUntil !== null && at < before.holdUntil;
  if (before.state === "disabled" || isOvertaken) return { ...before, attempts };
  const line = excerpt === undefined ? "" : oneLine(excerpt);
  const answer = { at, kind, code, status, excerpt: line === "" ? null : line };
  if (kind === "ok") {
    const fresh = newEndpointState(before.name, before.settings);
    return { ...fresh, attempts, answer, succeededAt: now };
  }
  const isEcho = before.failedAt !== null && at < before.failedAt;
  const failures = before.failures + (isEcho ? 0 : 1);
  const failed = {
    ...before,
    attempts,
    answer,
    failures,
    since: before.since ?? at,
    failedAt: now,
    holdUntil: null,
  };
  if (kind === "gone") return { ...failed, state: "disabled" };
  const isPaused = failures >= MAX_FAILURES || before.state === "paused" || isOurs(outcome);
  if (isPaused || kind === "throttle") {
    const backOff = Math.min(BACK_OFF_MS.min * 2 ** before.holds, BACK_OFF_MS.max) *
      (1 - JITTER * random());
    const asked = kind === "throttle" && retryAfterMs !== undefined
      ? Math.min(Math.max(retryAfterMs, ASKED_MS.min), ASKED_MS.max)
      : undefined;
    const ms = isPaused ? Math.max(asked ?? 0, backOff) : asked ?? backOff;
    return {
      ...failed,
      state: isPaused ? "paused" : "throttled",
      holds: before.holds + 1,
      holdUntil: Math.ceil(now + ms),
    };
  }
  const isFailing = kind === "permanent" || before.state === "failing";
  return { ...failed, state: isFailing ? "failing" : "healthy" };
}

/**
 * Gives an endpoint a fresh start: somebody has resumed it, or changed its settings.
 *
 * @param before What was known.
 * @param settings The digest of its settings now.
 * @returns It is healthy; its counters and its last answer stay.
 */
export function resumed(before: EndpointState, settings = before.settings): EndpointState {
  const { name, answer, succeededAt, attempts } = before;
  return { ...newEndpointState(name, settings), answer, succeededAt, attempts };
}

/**
 * Whether an attempt says nothing about its message, so that it costs no place in the retry schedule:
 * the receiver takes nothing now, whatever it is, or nothing was sent.
 *
 * @param outcome How the attempt ended.
 * @param after What is known about the endpoint now.
 * @returns True if only the endpoint is at fault.
 */
export function isFree(outcome: Pick<Outcome, "kind" | "code">, after: EndpointState): boolean {
  const { kind } = outcome;
  return kind === "throttle" || kind === "gone" || isOurs(outcome) ||
    (kind === "retry" && after.state === "paused");
}

/** Nothing was sent, since the settings do not allow it: only other settings mend that. */
function isOurs({ code }: Pick<Outcome, "code">): boolean {
  return code === "url_refused" || code === "misconfigured";
}

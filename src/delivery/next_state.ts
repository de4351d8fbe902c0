import type { OutboxMessage } from "../store/outbox_message.ts";
import type { Outcome } from "./outcome.ts";
import { retryDelay } from "./retry_schedule.ts";

/** Something that happens to a message. */
export type OutboxStep =
  /** The next attempt starts, and has to report back within `leaseMs`. */
  | {
    readonly type: "lease";
    readonly now: number;
    readonly token: string;
    readonly leaseMs: number;
  }
  /** The attempt that `token` names has ended. */
  | {
    readonly type: "finish";
    readonly now: number;
    readonly token: string;
    readonly outcome: Pick<Outcome, "kind" | "retryAfterMs">;
    /** Only the endpoint is to blame: the attempt costs no place in the schedule. Default false. */
    readonly isFree?: boolean;
    /** When the endpoint may be tried again; default at once. */
    readonly notBefore?: number | null;
    readonly schedule?: readonly number[];
    readonly random: () => number;
  }
  /** The attempt did not report back within its lease: it counts as lost. */
  | {
    readonly type: "expire";
    readonly now: number;
    readonly schedule?: readonly number[];
    readonly random: () => number;
  }
  /** Another message has to be sent before. */
  | { readonly type: "postpone"; readonly now: number; readonly until: number }
  /** Its endpoint is no longer configured. */
  | { readonly type: "cancel" }
  /** An operator wants it sent again: the schedule starts over, the `webhook-id` stays. */
  | { readonly type: "redeliver"; readonly now: number };

/** How long a message waits at least that another one has to precede, in milliseconds. */
const POSTPONED_MS = 1_000;

/**
 * How long to wait at least before a message is sent again that was refused in a way that repeating
 * cannot mend, in milliseconds: two more tries, in case somebody mends the receiver.
 */
const REFUSED_AGAIN_MS = [300_000, 3_600_000];

/**
 * The outbox as a pure state machine: pending -> leased -> delivered | waiting | dead, and
 * cancelled.
 *
 * The caller reads a row, calls this, and writes the result back in one transaction (or with a
 * compare-and-set on `token`). A message that is not delivered, dead or cancelled always has a
 * `dueAt`, so none can be forgotten. An attempt that says nothing about the message, since its
 * endpoint takes nothing now, does not bring it closer to its end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { OutboxMessage } from "../store/outbox_message.ts";
 * import { nextState } from "./next_state.ts";
 *
 * const pending: OutboxMessage = {
 *   id: 1,
 *   webhookId: "a1b2",
 *   endpoint: "siem",
 *   state: "pending",
 *   attempt: 0,
 *   round: 0,
 *   refused: 0,
 *   dueAt: 0,
 *   token: null,
 *   createdAt: 0,
 *   queuedAt: 0,
 *   updatedAt: 0,
 * };
 * const leased = nextState(pending, {
 *   type: "lease",
 *   now: 0,
 *   token: "t1",
 *   leaseMs: 60_000,
 * })!;
 * assertEquals([leased.state, leased.attempt, leased.dueAt], ["leased", 1, 60_000]);
 * const waiting = nextState(leased, {
 *   type: "finish",
 *   now: 1_000,
 *   token: "t1",
 *   outcome: { kind: "retry" },
 *   random: () => 0.5,
 * })!;
 * assertEquals([waiting.state, waiting.dueAt], ["waiting", 6_000]);
 * ```
 *
 * @param message The message before.
 * @param step What happens to it; times in milliseconds since the Unix epoch.
 * @returns The message after; undefined if the step does not apply (not due, leased by another
 *   attempt, wrong token, already ended), in which case nothing has to be written.
 */
export function nextState(message: OutboxMessage, step: OutboxStep): OutboxMessage | undefined {
  const { state, dueAt } = message;
  switch (step.type) {
    case "lease":
      if ((state !== "pending" && state !== "waiting") || dueAt === null || dueAt > step.now) {
        return undefined;
      }
      return {
        ...message,
        state: "leased",
        attempt: message.attempt + 1,
        round: message.round + 1,
        dueAt: step.now + step.leaseMs,
        token: step.token,
      };
    case "finish":
      if (state !== "leased" || message.token !== step.token) return undefined;
      if (step.outcome.kind === "ok") return ended(message, "delivered");
      return tryLater(message, step);
    case "expire":
      if (state !== "leased" || dueAt === null || dueAt > step.now) return undefined;
      return tryLater(message, { ...step, outcome: { kind: "retry" } });
    case "postpone":
      if (state !== "pending" && state !== "waiting") return undefined;
      return { ...message, dueAt: Math.max(step.until, step.now + POSTPONED_MS) };
    case "cancel":
      if (state === "delivered" || state === "dead" || state === "cancelled") return undefined;
      return ended(message, "cancelled");
    case "redeliver":
      if (state === "leased") return undefined; // an attempt is in progress
      return {
        ...message,
        state: "pending",
        round: 0,
        refused: 0,
        dueAt: step.now,
        queuedAt: step.now,
        token: null,
      };
  }
}

function ended(message: OutboxMessage, state: "delivered" | "dead" | "cancelled"): OutboxMessage {
  return { ...message, state, dueAt: null, token: null };
}

function tryLater(
  message: OutboxMessage,
  { now, outcome, isFree = false, notBefore, schedule, random }:
    & Omit<Extract<OutboxStep, { type: "expire" }>, "type">
    & Pick<Extract<OutboxStep, { type: "finish" }>, "outcome" | "isFree" | "notBefore">,
): OutboxMessage {
  const waiting = { ...message, state: "waiting", token: null } as const;
  const earliest = Math.max(now, notBefore ?? now);
  if (isFree) return { ...waiting, round: message.round - 1, dueAt: earliest };
  const isRefused = outcome.kind === "permanent";
  const refused = message.refused + (isRefused ? 1 : 0);
  const delay = retryDelay({
    round: message.round,
    ...(schedule === undefined ? {} : { schedule }),
    retryAfterMs: outcome.retryAfterMs,
    random,
  });
  const again = isRefused ? REFUSED_AGAIN_MS[refused - 1] : 0;
  if (delay === undefined || again === undefined) return ended({ ...message, refused }, "dead");
  return { ...waiting, refused, dueAt: Math.max(earliest, now + Math.max(delay, again)) };
}

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
  /** Its endpoint is no longer configured. */
  | { readonly type: "cancel" }
  /** An operator wants it sent again: the schedule starts over, the `webhook-id` stays. */
  | { readonly type: "redeliver"; readonly now: number };

/** How long an overloaded receiver is left alone at least, in milliseconds. */
const THROTTLE_MS = 60_000;

/**
 * The outbox as a pure state machine: pending -> leased -> delivered | waiting | dead, and
 * cancelled.
 *
 * The caller reads a row, calls this, and writes the result back in one transaction (or with a
 * compare-and-set on `token`). A message that is not delivered, dead or cancelled always has a
 * `dueAt`, so none can be forgotten.
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
 *   dueAt: 0,
 *   token: null,
 *   createdAt: 0,
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
      if (step.outcome.kind === "gone") return ended(message, "dead");
      return tryLater(message, step);
    case "expire":
      if (state !== "leased" || dueAt === null || dueAt > step.now) return undefined;
      return tryLater(message, { ...step, outcome: { kind: "retry" } });
    case "cancel":
      if (state === "delivered" || state === "dead" || state === "cancelled") return undefined;
      return ended(message, "cancelled");
    case "redeliver":
      if (state === "leased") return undefined; // an attempt is in progress
      return { ...message, state: "pending", round: 0, dueAt: step.now, token: null };
  }
}

function ended(message: OutboxMessage, state: "delivered" | "dead" | "cancelled"): OutboxMessage {
  return { ...message, state, dueAt: null, token: null };
}

function tryLater(
  message: OutboxMessage,
  { now, outcome, schedule, random }: {
    now: number;
    outcome: Pick<Outcome, "kind" | "retryAfterMs">;
    schedule?: readonly number[];
    random: () => number;
  },
): OutboxMessage {
  const delay = retryDelay({
    round: message.round,
    ...(schedule === undefined ? {} : { schedule }),
    retryAfterMs: outcome.retryAfterMs ?? (outcome.kind === "throttle" ? THROTTLE_MS : undefined),
    random,
  });
  if (delay === undefined) return ended(message, "dead");
  return { ...message, state: "waiting", dueAt: now + delay, token: null };
}

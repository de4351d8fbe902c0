/**
 * Where a message stands.
 *
 * - `pending`: queued, or redelivered by hand, and not tried since.
 * - `leased`: somebody is at it; if it does not report back, the attempt counts as lost.
 * - `waiting`: tried in vain, due again later.
 * - `delivered`: an attempt was answered with 2xx.
 * - `dead`: given up: kept, and redeliverable by hand under the same `webhook-id`.
 * - `cancelled`: its endpoint is no longer configured.
 */
export type MessageState = "pending" | "leased" | "waiting" | "delivered" | "dead" | "cancelled";

/** One message to one endpoint, as a row of the outbox. `(endpoint, webhookId)` is unique. */
export interface OutboxMessage {
  /** The alert's id: the `webhook-id` of every attempt. */
  readonly webhookId: string;
  /** The endpoint's name. */
  readonly endpoint: string;
  /** Where it stands. */
  readonly state: MessageState;
  /** Attempts begun in all: the number of the latest, 0 before the first. Never goes down. */
  readonly attempt: number;
  /** Attempts begun since it was queued or redelivered: the place in the retry schedule. */
  readonly round: number;
  /**
   * When somebody has to look at it, in milliseconds since the Unix epoch: the next attempt, or the end of
   * the lease. Null where nothing is due (delivered, dead, cancelled). The smallest one sets the alarm.
   */
  readonly dueAt: number | null;
  /** Names the attempt under way; null unless leased. */
  readonly token: string | null;
}

/**
 * A new row of the outbox.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { newMessage } from "./outbox_message.ts";
 *
 * assertEquals(newMessage("a1b2", "siem", 1_000).state, "pending");
 * ```
 *
 * @param webhookId The alert's id.
 * @param endpoint The endpoint's name.
 * @param now Milliseconds since the Unix epoch: it is due at once.
 * @returns The message, never tried.
 */
export function newMessage(webhookId: string, endpoint: string, now: number): OutboxMessage {
  return { webhookId, endpoint, state: "pending", attempt: 0, round: 0, dueAt: now, token: null };
}

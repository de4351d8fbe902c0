/** The states of a message; see {@linkcode MessageState}. */
export const MESSAGE_STATES = [
  "pending",
  "leased",
  "waiting",
  "delivered",
  "dead",
  "cancelled",
] as const;

/**
 * The state of a message.
 *
 * - `pending`: queued, or redelivered by an operator, and not attempted since.
 * - `leased`: an attempt is in progress; if it never reports back, it counts as lost.
 * - `waiting`: the last attempt failed; the next one is due later.
 * - `delivered`: an attempt was answered with 2xx.
 * - `dead`: given up, but kept: an operator can redeliver it under the same `webhook-id`.
 * - `cancelled`: its endpoint is no longer configured.
 */
export type MessageState = typeof MESSAGE_STATES[number];

/** One message to one endpoint: a row of the outbox. `(endpoint, webhookId)` is unique. */
export interface OutboxMessage {
  /** The row. */
  readonly id: number;
  /** The alert's id: the `webhook-id` of every attempt. */
  readonly webhookId: string;
  /** The endpoint's name. */
  readonly endpoint: string;
  /** Its state. */
  readonly state: MessageState;
  /** Attempts begun in all: the number of the latest, 0 before the first. Never decreases. */
  readonly attempt: number;
  /**
   * Attempts since it was queued or redelivered that count: the place in the retry schedule. Those
   * for which only the endpoint is to blame do not.
   */
  readonly round: number;
  /** How many of those were refused in a way that repeating cannot mend. */
  readonly refused: number;
  /**
   * When it needs attention, in milliseconds since the Unix epoch: for the next attempt, or at the
   * end of the lease. Null where nothing is due (delivered, dead, cancelled). The smallest one sets
   * the alarm.
   */
  readonly dueAt: number | null;
  /** Identifies the attempt in progress; null unless leased. */
  readonly token: string | null;
  /** When it was queued, in milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /**
   * When it was first due, or last redelivered: it is late, and in the end given up, by that.
   */
  readonly queuedAt: number;
  /** When the row last changed, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** One attempt to deliver a message, as the log keeps it. */
export interface StoredAttempt {
  /** Its number, from 1. */
  readonly number: number;
  /** When it began, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** What it meant for the message, such as `ok` or `retry`. */
  readonly kind: string;
  /** What happened, such as `answered` or `timed_out`. */
  readonly code: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** The start of the answer's body: hostile, for the operator only. */
  readonly excerpt: string | null;
}

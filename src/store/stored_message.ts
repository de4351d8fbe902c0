/** Where a message can stand. */
export const MESSAGE_STATES = [
  "pending",
  "leased",
  "waiting",
  "delivered",
  "dead",
  "cancelled",
] as const;

/** Where a message stands; the delivery's state machine says what each state means. */
export type StoredMessageState = typeof MESSAGE_STATES[number];

/** One message to one endpoint, as a row of the outbox. `(endpoint, webhookId)` is unique. */
export interface StoredMessage {
  /** The row. */
  readonly id: number;
  /** The alert's id: the `webhook-id` of every attempt. */
  readonly webhookId: string;
  /** The endpoint's name. */
  readonly endpoint: string;
  /** Where it stands. */
  readonly state: StoredMessageState;
  /** Attempts begun in all: the number of the latest, 0 before the first. */
  readonly attempt: number;
  /** Attempts begun since it was queued or redelivered. */
  readonly round: number;
  /** When somebody has to look at it, in milliseconds since the Unix epoch; null where nothing is due. */
  readonly dueAt: number | null;
  /** Names the attempt under way; null unless leased. */
  readonly token: string | null;
  /** When it was queued, in milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** When the row last changed, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** One attempt as the log keeps it. */
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
  /** The start of the answer's body: hostile text, for the operator only. */
  readonly excerpt: string | null;
}

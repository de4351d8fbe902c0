import type { OutboxMessage } from "../../src/store/outbox_message.ts";

/** A message as it is queued: due at once, never attempted. */
export function newMessage(webhookId: string, endpoint: string, now: number): OutboxMessage {
  return {
    id: 1,
    webhookId,
    endpoint,
    state: "pending",
    attempt: 0,
    round: 0,
    refused: 0,
    dueAt: now,
    token: null,
    createdAt: now,
    queuedAt: now,
    updatedAt: now,
  };
}

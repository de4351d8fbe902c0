const SUFFIX = "-closed";

/**
 * The `webhook-id` of the message that says that an alert was closed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { closedAlert, closingId } from "./closing_id.ts";
 *
 * assertEquals(closingId("a1b2"), "a1b2-closed");
 * assertEquals([closedAlert("a1b2-closed"), closedAlert("a1b2")], ["a1b2", undefined]);
 * ```
 *
 * @param alertId The alert's id.
 * @returns The id of the message.
 */
export function closingId(alertId: string): string {
  return `${alertId}${SUFFIX}`;
}

/**
 * The alert whose closing a message tells.
 *
 * @param webhookId The id of the message.
 * @returns The alert's id; undefined if the message tells something else.
 */
export function closedAlert(webhookId: string): string | undefined {
  return webhookId.endsWith(SUFFIX) ? webhookId.slice(0, -SUFFIX.length) : undefined;
}

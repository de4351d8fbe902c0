import type { Alert, FoldedAlerts } from "../../alert/alert.ts";
import { jsonText } from "../../stream/json_text.ts";
import { isLarger, shorten, shortenToFit } from "../../alert/shorten.ts";

/**
 * The maximum size of a body, in bytes: every intermediary has to forward that much (CloudEvents).
 */
export const MAX_BODY_BYTES = 65_536;

/**
 * Makes the body that Standard Webhooks describes: `{type, timestamp, data}`, with the alert as
 * data.
 *
 * An alert that would make it larger than 64 KiB is cut: strings and lists are shortened, each with
 * a note of how much is missing, and `data.cut` is true. The log keeps the whole alert.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../../alert/to_alert.ts";
 * import { standardBody } from "./standard.ts";
 *
 * const alert = toAlert({ title: "Failed login" }, {}, { identity: "[]", occurrence: 1 });
 * const body = JSON.parse(standardBody(alert, 0));
 * assertEquals(body.type, "alert.created");
 * assertEquals(body.timestamp, "1970-01-01T00:00:00.000Z");
 * assertEquals(body.data.id, alert.id);
 * ```
 *
 * @param alert The alert.
 * @param recordedAt When it was recorded, in milliseconds since the Unix epoch.
 * @returns JSON of at most 64 KiB; the same arguments always give the same string.
 */
export function standardBody(alert: Alert, recordedAt: number): string {
  const timestamp = new Date(recordedAt).toISOString();
  const bodyOf = (data: unknown) => jsonText({ type: "alert.created", timestamp, data });
  const whole = bodyOf(alert);
  if (!isLarger(whole, MAX_BODY_BYTES)) return whole;
  const short = shortenToFit(
    alert, // which itself has fewer members than are ever cut
    (short) => !isLarger(bodyOf({ ...short as Alert, cut: true }), MAX_BODY_BYTES),
  );
  if (short !== undefined) return bodyOf({ ...short as Alert, cut: true });
  const { rule: { id, title }, events: _, matched: __, group: ___, parts: ____, ...least } = alert;
  const leastRule = { id, title, tags: [], references: [], falsepositives: [] };
  return bodyOf({
    ...least,
    rule: shorten(leastRule, { text: 256, members: 5, depth: 2 }),
    events: [],
    matched: [],
    cut: true,
  });
}

/**
 * Makes the body that tells how many repeats of an alert were folded: `{type, timestamp, data}`.
 *
 * @param data The count of the repeats.
 * @param closedAt When the window was closed, in milliseconds since the Unix epoch.
 * @returns JSON of a few kilobytes; the same arguments always give the same string.
 */
export function standardFoldedBody(data: FoldedAlerts, closedAt: number): string {
  return jsonText({ type: "alert.folded", timestamp: new Date(closedAt).toISOString(), data });
}

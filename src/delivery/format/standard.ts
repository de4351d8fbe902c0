import * as v from "valibot";
import type { Alert } from "../../alert/alert.ts";
import { jsonText } from "../../stream/json_text.ts";
import { isLarger, shorten, shortenToFit } from "../../alert/shorten.ts";
import type { Format } from "./format.ts";

/**
 * The maximum size of a body, in bytes: every intermediary has to forward that much (CloudEvents).
 */
export const MAX_BODY_BYTES = 65_536;

/**
 * The body that Standard Webhooks describes: `{type, timestamp, data}`, with the alert, or the count
 * of its repeats, as data.
 *
 * An alert that would make it larger than 64 KiB is cut: strings and lists are shortened, each with
 * a note of how much is missing, and `data.cut` is true. The log keeps the whole alert.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../../alert/to_alert.ts";
 * import { standard } from "./standard.ts";
 *
 * const alert = toAlert({ title: "Failed login" }, {}, { identity: "[]", occurrence: 1 });
 * const { body } = standard.request({ type: "alert.created", alert, at: 0 }, {
 *   options: {},
 *   linkTo: () => undefined,
 * });
 * assertEquals(JSON.parse(body).type, "alert.created");
 * assertEquals(JSON.parse(body).data.id, alert.id);
 * ```
 */
export const standard: Format<Record<string, never>> = {
  optionsSchema: v.optional(v.strictObject({}, "must be an object without members"), {}),
  signs: "always",
  closes: false,
  request: (content) => {
    const timestamp = new Date(content.at).toISOString();
    const bodyOf = (data: unknown) => jsonText({ type: content.type, timestamp, data });
    return {
      headers: { "content-type": "application/json" },
      body: content.type === "alert.folded"
        ? bodyOf(content.folded)
        : alertBody(content.alert, bodyOf),
    };
  },
};

function alertBody(alert: Alert, bodyOf: (data: unknown) => string): string {
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

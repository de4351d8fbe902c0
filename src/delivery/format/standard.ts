import { jsonText } from "../../stream/json_text.ts";
import { bodyWithin } from "./body_within.ts";
import { type Format, NO_OPTIONS } from "./format.ts";

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
  optionsSchema: NO_OPTIONS,
  signs: "always",
  closes: false,
  request: (content) => ({
    headers: { "content-type": "application/json" },
    body: bodyWithin(MAX_BODY_BYTES, content, (content) =>
      jsonText({
        type: content.type,
        timestamp: new Date(content.at).toISOString(),
        data: content.type === "alert.folded" ? content.folded : content.alert,
      })),
  }),
};

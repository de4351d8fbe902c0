import * as v from "valibot";
import { bodyWithin } from "./body_within.ts";
import { cutText } from "./cut_text.ts";
import type { Format } from "./format.ts";
import { messageData } from "./message_data.ts";
import { MAX_BODY_BYTES } from "./standard.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** What an endpoint says for this format. */
export interface CloudEventsOptions {
  /** The attribute `source`. */
  readonly source: string;
}

/** What a string of CloudEvents must not have: controls, noncharacters, halves of a pair. */
const FORBIDDEN = /[\p{Cc}\p{Cn}\p{Cs}]/gu;
/** What RFC 3986 allows in a reference to a URI. */
const URI_REFERENCE = /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2}){1,512}$/i;

/**
 * CloudEvents 1.0 in structured JSON, signed as Standard Webhooks describe: the alert, or the count
 * of its repeats, as `data`. Cut like `standard`, to 64 KiB.
 */
export const cloudevents: Format<CloudEventsOptions> = {
  optionsSchema: v.optional(
    v.strictObject({
      source: v.optional(
        v.pipe(
          v.string("must be a string"),
          v.regex(URI_REFERENCE, "must be a URI reference of 1 to 512 characters"),
        ),
        "/panoptes",
      ),
    }, "must be an object with the member source"),
    {},
  ),
  signs: "always",
  closes: false,
  request: (content, { options, linkTo }) => ({
    headers: { "content-type": "application/cloudevents+json" },
    body: bodyWithin(MAX_BODY_BYTES, content, (content) => {
      const { id, rule } = content.type === "alert.folded" ? content.folded : content.alert;
      const subject = cutText(rule.id.replace(FORBIDDEN, "\ufffd"), 256);
      const { type, ...data } = messageData(content, linkTo);
      return wellFormedJson({
        specversion: "1.0",
        id,
        source: options.source,
        type: `panoptes.${type}`,
        ...(subject !== "" && { subject }),
        time: new Date(content.at).toISOString(),
        datacontenttype: "application/json",
        data,
      });
    }),
  }),
};

import * as v from "valibot";
import { bodyWithin } from "./body_within.ts";
import type { Format } from "./format.ts";
import { happenedAt, messageData } from "./message_data.ts";
import { readAnswer } from "./read_answer.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** What an endpoint says for this format. */
export interface SplunkHecOptions {
  /** The token of the HTTP Event Collector: a secret. */
  readonly token: string;
  /** The index; by default that of the token. */
  readonly index?: string | undefined;
  /** The metadata `host`. */
  readonly host: string;
  /** The metadata `source`. */
  readonly source: string;
  /** The metadata `sourcetype`. */
  readonly sourcetype: string;
}

/** What Splunk recommends not to exceed, in bytes. */
const MAX_EVENT_BYTES = 1_000_000;

/** The codes of an answer that do not put the message at fault. */
const CODES: Readonly<Record<number, "retry" | "throttle">> = {
  8: "retry", // internal server error
  9: "throttle", // server is busy
};

function metadata(fallback: string) {
  return v.optional(
    v.pipe(
      v.string("must be a string"),
      v.regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters"),
    ),
    fallback,
  );
}

/** Splunk's HTTP Event Collector: one event, which is the alert or the count of its repeats. */
export const splunkHec: Format<SplunkHecOptions> = {
  optionsSchema: v.strictObject({
    token: v.pipe(
      v.string("must be a string"),
      v.regex(/^[\x21-\x7e]{16,128}$/, "must be a token: 16 to 128 visible ASCII characters"),
    ),
    index: v.optional(
      v.pipe(
        v.string("must be a string"),
        v.regex(/^[a-z0-9_][a-z0-9_-]{0,79}$/, "must be the name of an index"),
      ),
    ),
    host: metadata("panoptes"),
    source: metadata("panoptes"),
    sourcetype: metadata("panoptes:alert"),
  }, "must be an object with token, and index, host, source or sourcetype"),
  signs: "never",
  closes: false,
  secretsOf: ({ token }) => [token],
  keyHeader: { name: "authorization", option: "token" },
  request: (content, { options: { token, ...metadata }, linkTo }) => ({
    headers: { "content-type": "application/json", authorization: `Splunk ${token}` },
    body: bodyWithin(
      MAX_EVENT_BYTES,
      content,
      (content) =>
        wellFormedJson({
          time: happenedAt(content) / 1_000,
          ...metadata,
          event: messageData(content, linkTo),
        }),
    ),
  }),
  refusal(answer) {
    const { json, refusal } = readAnswer(answer);
    if (json === undefined) return refusal;
    return json.code === 0 ? undefined : CODES[Number(json.code)] ?? "permanent";
  },
};

import * as v from "valibot";
import type { AlertLevel } from "../../alert/alert.ts";
import { bodyWithin } from "./body_within.ts";
import { entitiesOf } from "./entities.ts";
import type { Format } from "./format.ts";
import { messageData } from "./message_data.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** What an endpoint says for this format. */
export interface DatadogOptions {
  /** The API key: a secret. */
  readonly apiKey: string;
  /** The reserved attribute `service`. */
  readonly service: string;
  /** The reserved attribute `hostname`. */
  readonly hostname: string;
}

/** Datadog cuts a log beyond 1 MB, silently. */
const MAX_LOG_BYTES = 1_000_000;

/** The reserved attribute `status`. */
const STATUSES: Readonly<Record<AlertLevel, string>> = {
  critical: "critical",
  high: "error",
  medium: "warning",
  low: "notice",
  informational: "info",
};

function name(fallback: string) {
  return v.optional(
    v.pipe(
      v.string("must be a string"),
      v.regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, "must be 1 to 100 of a-z, 0-9, dot, - and _"),
    ),
    fallback,
  );
}

/**
 * Datadog's logs: one log, with the alert or the count of its repeats below the attribute
 * `panoptes`.
 *
 * No attribute has a name that Datadog takes for the date of the log: it drops logs older than
 * 18 hours, and an alert may be, after an outage or a backfill.
 */
export const datadog: Format<DatadogOptions> = {
  optionsSchema: v.strictObject({
    apiKey: v.pipe(
      v.string("must be a string"),
      v.regex(/^[0-9a-zA-Z]{32,64}$/, "must be an API key: 32 to 64 letters and digits"),
    ),
    service: name("panoptes"),
    hostname: name("panoptes"),
  }, "must be an object with apiKey, and service or hostname"),
  signs: "never",
  closes: false,
  secretsOf: ({ apiKey }) => [apiKey],
  keyHeader: { name: "dd-api-key", option: "apiKey" },
  request: (content, { options: { apiKey, service, hostname }, linkTo }) => ({
    headers: { "content-type": "application/json", "dd-api-key": apiKey },
    body: bodyWithin(MAX_LOG_BYTES, content, (content) => {
      const { level, rule, summary } = content.type === "alert.folded"
        ? content.folded
        : content.alert;
      const { users: [user, ...others], addresses: [address] } = entitiesOf(content);
      return wellFormedJson([{
        ddsource: "panoptes",
        ddtags: [`level:${level}`, `rule:${tagOf(rule.id)}`].join(","),
        service,
        hostname,
        status: STATUSES[level],
        // Never JSON itself, which Datadog would read as further attributes.
        message: `${level}: ${summary}`,
        ...(user !== undefined && others.length === 0 && { usr: user }),
        ...(address !== undefined && { network: { client: { ip: address } } }),
        panoptes: messageData(content, linkTo),
      }]);
    }),
  }),
};

/** A text as a tag may be: a comma would begin another one. */
function tagOf(text: string): string {
  return text.slice(0, 180).toLowerCase().replace(/[^\p{L}\p{N}_./-]+/gu, "_");
}

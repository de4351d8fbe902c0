import * as v from "valibot";
import { ALERT_LEVELS } from "../alert/alert.ts";
import { checkUrl } from "./check_url.ts";
import { formats } from "./formats.ts";
import { RETRY_SCHEDULE } from "./retry_schedule.ts";
import { isSecret } from "./secret.ts";

// No message here quotes its input: it may be a secret, and messages reach logs.
const SecretSchema = v.pipe(
  v.string("must be a text"),
  v.check(isSecret, "must be whsec_ followed by 24 to 64 bytes in base64"),
);

const EndpointMembers = {
  /** Names the endpoint in the outbox, the API and the logs. */
  name: v.pipe(
    v.string("must be a text"),
    v.regex(/^[a-z0-9](?:[a-z0-9-]{0,62})$/, "must be 1 to 63 of a-z, 0-9 and -"),
  ),
  /** Where messages are posted. It may itself hold a secret, so it is in no log. */
  url: v.pipe(v.string("must be a text"), v.maxLength(2_048, "must be at most 2048 characters")),
  /** The secret that signs. */
  secret: SecretSchema,
  /** Secrets that still sign beside it during a rotation, at most two. */
  previousSecrets: v.optional(
    v.pipe(
      v.array(SecretSchema, "must be a list"),
      v.maxLength(2, "must be at most two secrets"),
    ),
    [],
  ),
  /** The lowest level of alert that is sent; default all. */
  minLevel: v.optional(
    v.picklist(ALERT_LEVELS, `must be one of ${ALERT_LEVELS.join(", ")}`),
    "informational",
  ),
  /** The shape of the body. */
  format: v.optional(
    v.picklist(
      Object.keys(formats) as (keyof typeof formats)[],
      `must be one of ${Object.keys(formats).join(", ")}`,
    ),
    "standard",
  ),
  /** The delay before each attempt in milliseconds, without jitter: as many attempts as numbers. */
  retryScheduleMs: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.number("must be a number"),
          v.integer("must be whole milliseconds"),
          v.minValue(0, "must not be negative"),
          v.maxValue(7 * 86_400_000, "must be at most 7 days"),
        ),
        "must be a list",
      ),
      v.minLength(1, "must have at least one delay"),
      v.maxLength(50, "must have at most 50 delays"),
    ),
    [...RETRY_SCHEDULE],
  ),
  /** The longest that one attempt may take in all, in milliseconds. */
  timeoutMs: v.optional(
    v.pipe(
      v.number("must be a number"),
      v.integer("must be whole milliseconds"),
      v.minValue(100, "must be at least 100"),
      v.maxValue(30_000, "must be at most 30000"),
    ),
    15_000,
  ),
  /** For development only: allows `http:` to a loopback address, at any port. */
  allowHttpLoopback: v.optional(v.boolean("must be true or false"), false),
  /** Ports allowed beside 443. */
  allowedPorts: v.optional(
    v.array(
      v.pipe(
        v.number("must be a number"),
        v.integer("must be a whole number"),
        v.minValue(1, "must be at least 1"),
        v.maxValue(65_535, "must be at most 65535"),
      ),
      "must be a list",
    ),
    [],
  ),
};

/** The configuration of one webhook endpoint; parse it with valibot, and read issues by `message` alone. */
export const EndpointSchema = v.pipe(
  v.strictObject(EndpointMembers, "must be an object of known members"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const checked = checkUrl(dataset.value.url, dataset.value);
    if ("refused" in checked) {
      addIssue({
        message: `must be a URL that may be called: ${checked.refused}`,
        path: [{
          type: "object",
          origin: "value",
          input: dataset.value,
          key: "url",
          value: dataset.value.url,
        }],
      });
    }
  }),
);

/** One webhook endpoint, checked, with defaults filled in. */
export type Endpoint = v.InferOutput<typeof EndpointSchema>;

/** One webhook endpoint as an operator writes it. */
export type EndpointConfig = v.InferInput<typeof EndpointSchema>;

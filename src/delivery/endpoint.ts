import * as v from "valibot";
import { ALERT_LEVELS, type AlertLevel } from "../alert/alert.ts";
import { checkUrl } from "./check_url.ts";
import { formats } from "./format/formats.ts";
import { RETRY_SCHEDULE } from "./retry_schedule.ts";
import { isSecret } from "./secret.ts";

/** One webhook endpoint as an operator configures it. */
export interface EndpointConfig {
  /** Names the endpoint in the outbox, the API and the logs: 1 to 63 of a-z, 0-9 and -. */
  readonly name: string;
  /**
   * Where messages are posted; see `checkUrl()`. It may itself contain a secret, so it is never
   * logged.
   */
  readonly url: string;
  /** The signing secret: `whsec_` and 24 to 64 bytes in base64. */
  readonly secret: string;
  /** Up to two secrets that also sign, during a rotation; default none. */
  readonly previousSecrets?: string[] | undefined;
  /**
   * The lowest level of alert that is sent; default `medium`: what is everyday work pages nobody.
   * Operational alerts are always sent.
   */
  readonly minLevel?: AlertLevel | undefined;
  /** Whether alerts about the past are sent as well; default false. */
  readonly backfilled?: boolean | undefined;
  /**
   * For how long after a message repeats of its alert are only counted, in milliseconds, at most
   * seven days; default 0: only as long as the rule says.
   */
  readonly digestMs?: number | undefined;
  /** The shape of the body; default `standard`. */
  readonly format?: keyof typeof formats | undefined;
  /** The delay before each attempt in milliseconds, without jitter; at most 50 attempts. */
  readonly retryScheduleMs?: number[] | undefined;
  /** The timeout of one attempt, in milliseconds, 100 to 30,000; default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Ports allowed besides 443; default none. */
  readonly allowedPorts?: number[] | undefined;
  /** For development only: allows `http:` to a loopback address, on any port; default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** One webhook endpoint, validated, with defaults filled in. */
export type Endpoint = {
  readonly [Name in keyof EndpointConfig]-?: Exclude<EndpointConfig[Name], undefined>;
};

const text = v.string("must be a string");
const list = "must be a list";

// No message here quotes its input: it may be a secret, and messages are logged.
const secret = v.pipe(
  text,
  v.check(isSecret, "must be whsec_ followed by 24 to 64 bytes in base64"),
);

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** The name of an endpoint, for valibot. */
export const EndpointNameSchema: v.GenericSchema<string> = v.pipe(
  text,
  v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be 1 to 63 of a-z, 0-9 and -"),
);

/** The members that say which alerts an endpoint gets, and how often. */
const taken = {
  minLevel: v.optional(
    v.picklist(ALERT_LEVELS, `must be one of ${ALERT_LEVELS.join(", ")}`),
    "medium",
  ),
  backfilled: v.optional(v.boolean("must be true or false"), false),
  digestMs: v.optional(wholeNumber(0, 7 * 86_400_000), 0),
};

/** The same of an entry that is refused: each member that is not valid has its default. */
const TakenSchema = v.object({
  minLevel: v.fallback(taken.minLevel, taken.minLevel.default),
  backfilled: v.fallback(taken.backfilled, taken.backfilled.default),
  digestMs: v.fallback(taken.digestMs, taken.digestMs.default),
});

/**
 * The valibot schema of one webhook endpoint. Report its issues by path and `message`, which never
 * quote a value; their `input` and `received` may contain a secret.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { safeParse } from "valibot";
 * import { EndpointSchema } from "./endpoint.ts";
 *
 * const { issues } = safeParse(EndpointSchema, {
 *   name: "siem",
 *   url: "https://10.0.0.1/hook",
 *   secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
 * });
 * assertEquals(issues?.map((issue) => issue.message), [
 *   "must be a URL that may be called: its host is an IP address, not a name",
 * ]);
 * ```
 */
export const EndpointSchema: v.GenericSchema<EndpointConfig, Endpoint> = v.pipe(
  v.strictObject({
    name: EndpointNameSchema,
    url: v.pipe(text, v.maxLength(2_048, "must be at most 2048 characters")),
    secret,
    previousSecrets: v.optional(
      v.pipe(v.array(secret, list), v.maxLength(2, "must be at most two secrets")),
      [],
    ),
    ...taken,
    format: v.optional(
      v.picklist(
        Object.keys(formats) as (keyof typeof formats)[],
        `must be one of ${Object.keys(formats).join(", ")}`,
      ),
      "standard",
    ),
    retryScheduleMs: v.optional(
      v.pipe(
        v.array(wholeNumber(0, 7 * 86_400_000), list),
        v.minLength(1, "must have at least one delay"),
        v.maxLength(50, "must have at most 50 delays"),
      ),
      [...RETRY_SCHEDULE],
    ),
    timeoutMs: v.optional(wholeNumber(100, 30_000), 15_000),
    allowedPorts: v.optional(v.array(wholeNumber(1, 65_535), list), []),
    allowHttpLoopback: v.optional(v.boolean("must be true or false"), false),
  }, "must be an object with the members of an endpoint"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value } = dataset;
    const checked = checkUrl(value.url, value);
    if (!("refused" in checked)) return;
    addIssue({
      message: `must be a URL that may be called: ${checked.refused}`,
      path: [{
        type: "object",
        origin: "value",
        input: { ...value },
        key: "url",
        value: value.url,
      }],
    });
  }),
);

/**
 * Stands in for an endpoint whose settings are refused: what is owed to it is queued and tried by
 * the schedule, so that it arrives once the settings are repaired. It takes the alerts that the entry
 * asks for, and no others: a pager must not get all everyday work after the repair.
 *
 * @param name The endpoint's name.
 * @param entry The entry as it was given; without one, every member has its default.
 * @returns An endpoint without address and secret: nothing can be sent to it.
 */
export function refusedEndpoint(
  name: string,
  entry: Readonly<Record<string, unknown>> = {},
): Endpoint {
  return {
    name,
    url: "",
    secret: "",
    previousSecrets: [],
    ...v.parse(TakenSchema, entry),
    format: "standard",
    retryScheduleMs: [...RETRY_SCHEDULE],
    timeoutMs: 15_000,
    allowedPorts: [],
    allowHttpLoopback: false,
  };
}

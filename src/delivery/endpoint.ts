import * as v from "valibot";
import type { AlertLevel } from "../alert/alert.ts";
import { AlertLevelSchema } from "../alert/alert_schema.ts";
import { compileFieldFilter, type FieldFilter, type FieldMap } from "../sigma/engine.ts";
import { checkUrl } from "./check_url.ts";
import { FORMAT_NAMES, type FormatName, formatOf } from "./format/formats.ts";
import { type QuietHours, type QuietHoursConfig, QuietHoursSchema } from "./quiet_hours.ts";
import { RETRY_SCHEDULE } from "./retry_schedule.ts";
import { isSecret, SECRET_FORM } from "./secret.ts";

/** One webhook endpoint as an operator configures it. */
export interface EndpointConfig {
  /** Names the endpoint in the outbox, the API and the logs: 1 to 63 of a-z, 0-9 and -. */
  readonly name: string;
  /**
   * Where messages are posted; see `checkUrl()`. It may itself contain a secret, so it is never
   * logged.
   */
  readonly url: string;
  /**
   * What signs: a shared secret (`whsec_`) or an Ed25519 private key (`whsk_`); see `isSecret()`.
   * Required if the format always signs, and refused if it never does.
   */
  readonly secret?: string | undefined;
  /** Up to two secrets of either kind that also sign, during a rotation; default none. */
  readonly previousSecrets?: string[] | undefined;
  /**
   * The lowest level of alert that is sent; default `medium`, so that everyday work pages nobody.
   * It does not concern operational alerts.
   */
  readonly minLevel?: AlertLevel | undefined;
  /** Whether alerts about the past are sent as well; default false. */
  readonly backfilled?: boolean | undefined;
  /** Only alerts of these rules: up to 100 ids or names; letter case is ignored. Default all. */
  readonly rules?: string[] | undefined;
  /** Only alerts of rules with one of these tags: up to 100; letter case is ignored. Default all. */
  readonly tags?: string[] | undefined;
  /**
   * Only alerts that have an event with such fields: a map of a Sigma detection with up to 16
   * entries. Default all.
   */
  readonly where?: FieldMap | undefined;
  /** Only alerts of these sources: up to 100 names. Default all. */
  readonly sources?: string[] | undefined;
  /** When alerts wait that are not urgent; default never. */
  readonly quietHours?: QuietHoursConfig | undefined;
  /** Whether it is told when Panoptes itself, or another endpoint, fails; default true. */
  readonly operational?: boolean | undefined;
  /** Whether it gets nothing but test messages; default false. */
  readonly testOnly?: boolean | undefined;
  /**
   * For how long after a message repeats of its alert are only counted, in milliseconds, at most
   * seven days; default 0: only as long as the rule says.
   */
  readonly digestMs?: number | undefined;
  /** The shape of the body; default `standard`. */
  readonly format?: FormatName | undefined;
  /** What only this format needs, such as a key; default none. Values may be secrets. */
  readonly options?: unknown;
  /**
   * Up to 16 further headers by name, such as a key of the receiver; default none. Values may be
   * secrets: visible ASCII and spaces, at most 4,096 characters.
   */
  readonly headers?: Record<string, string> | undefined;
  /** The delay before each attempt in milliseconds, without jitter; at most 50 attempts. */
  readonly retryScheduleMs?: number[] | undefined;
  /** The timeout of one attempt, in milliseconds, 100 to 30,000; default 15,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How many messages are sent within any minute at most, 1 to 10,000; default as many as the
   * receiver takes.
   */
  readonly maxPerMinute?: number | undefined;
  /**
   * How many attempts are in progress at most, 1 to 4; default 4 if no other endpoint has anything
   * due, else 2.
   */
  readonly maxInFlight?: number | undefined;
  /** Ports allowed besides 443; default none. */
  readonly allowedPorts?: number[] | undefined;
  /** For development only: allows `http:` to a loopback address, on any port; default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** The members without a default. */
type Unset =
  | "secret"
  | "rules"
  | "tags"
  | "where"
  | "sources"
  | "quietHours"
  | "maxPerMinute"
  | "maxInFlight";

/** One webhook endpoint, validated, with defaults filled in. */
export type Endpoint =
  & {
    readonly [Name in Exclude<keyof EndpointConfig, Unset>]-?: Exclude<
      EndpointConfig[Name],
      undefined
    >;
  }
  & Pick<EndpointConfig, "secret" | "rules" | "tags" | "sources" | "maxPerMinute" | "maxInFlight">
  & {
    /** Which fields an event of the alert must have; undefined if any will do. */
    readonly where?: FieldFilter | undefined;
    /** When alerts wait that are not urgent; undefined if never. */
    readonly quietHours?: QuietHours | undefined;
  };

/**
 * The secrets that sign for an endpoint.
 *
 * @param endpoint The endpoint.
 * @returns The current secret, then the previous ones; none if its messages are not signed.
 */
export function secretsOf({ secret, previousSecrets }: Endpoint): readonly string[] {
  return secret === undefined ? [] : [secret, ...previousSecrets];
}

const text = v.string("must be a string");
const list = "must be a list";

// No message here quotes its input: it may be a secret, and messages are logged.
const secret = v.pipe(
  text,
  v.check(isSecret, `must be ${SECRET_FORM}`),
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

type IssuePath = readonly v.IssuePathItem[] | undefined;

/** Headers that Panoptes or the runtime sets, by name or by the beginning of a name. */
const OWN_HEADERS =
  /^(webhook-.*|content-(type|length|encoding)|host|connection|transfer-encoding|te|trailer|upgrade|keep-alive|proxy-.*|cf-.*|user-agent|expect|cookie)$/i;

const headers = v.pipe(
  v.custom<Record<string, string>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object of strings",
  ),
  // Before any value is checked: the place of an issue names the header, which must not be a secret.
  v.check((value) => Object.keys(value).length <= 16, "must be at most 16 headers"),
  v.check(
    (value) => Object.keys(value).every((name) => /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/i.test(name)),
    "must have names of headers",
  ),
  v.check(
    (value) => !Object.keys(value).some((name) => OWN_HEADERS.test(name)),
    "must not have headers that Panoptes sets itself",
  ),
  v.record(
    v.pipe(v.string(), v.toLowerCase()),
    v.pipe(
      text,
      v.regex(
        /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/,
        "must be 1 to 4096 visible ASCII characters and spaces",
      ),
    ),
  ),
);

/** The form of the name of an endpoint or a source: a regular expression without anchors. */
export const NAME_FORM = "[a-z0-9][a-z0-9-]{0,62}";

/** The name of an endpoint, for valibot. */
export const EndpointNameSchema: v.GenericSchema<string> = v.pipe(
  text,
  v.regex(new RegExp(`^${NAME_FORM}$`), "must be 1 to 63 of a-z, 0-9 and -"),
);

/** The names of rules or sources, or tags; in lower case, since letter case is ignored. */
const names = v.pipe(
  v.array(
    v.pipe(
      text,
      v.trim(),
      v.minLength(1, "must not be empty"),
      v.maxLength(256, "must be at most 256 characters"),
      v.toLowerCase(),
    ),
    list,
  ),
  v.minLength(1, "must have at least one entry"),
  v.maxLength(100, "must have at most 100 entries"),
);

const fieldValue = v.union(
  [v.pipe(v.string(), v.maxLength(1_000)), v.number(), v.boolean(), v.null()],
  "must be a string of at most 1000 characters, a number, true, false or null",
);

const where = v.pipe(
  v.custom<FieldMap>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object of field|modifier: value",
  ),
  // Before any value is checked: the place of an issue names the key.
  v.check((map) => {
    const keys = Object.keys(map);
    return keys.length >= 1 && keys.length <= 16 &&
      keys.every((key) => /^[\w.:-]{1,100}(\|\w{1,32}){0,5}$/.test(key));
  }, "must have 1 to 16 keys such as event|contains"),
  v.record(
    v.string(),
    v.union(
      [fieldValue, v.pipe(v.array(fieldValue), v.minLength(1), v.maxLength(100))],
      "must be a string of at most 1000 characters, a number, true, false, null, or a list of 1 to 100 such values",
    ),
  ),
  v.rawTransform(({ dataset, addIssue, NEVER }): FieldFilter => {
    const { value } = dataset;
    const { filter, problems } = compileFieldFilter(value);
    for (const { key, message } of problems ?? []) {
      const place = {
        type: "object",
        origin: "value",
        input: value,
        key,
        value: value[key],
      } as const;
      addIssue({ message, path: [place] });
    }
    return filter ?? NEVER;
  }),
);

/** The members that say which alerts an endpoint gets, and how often. */
const taken = {
  minLevel: v.optional(AlertLevelSchema, "medium"),
  backfilled: v.optional(v.boolean("must be true or false"), false),
  rules: v.optional(names),
  tags: v.optional(names),
  where: v.optional(where),
  sources: v.optional(names),
  quietHours: v.optional(QuietHoursSchema),
  operational: v.optional(v.boolean("must be true or false"), true),
  testOnly: v.optional(v.boolean("must be true or false"), false),
  digestMs: v.optional(wholeNumber(0, 7 * 86_400_000), 0),
};

/** The same of an entry that is refused: each member that is not valid has its default. */
const TakenSchema = v.object({
  minLevel: v.fallback(taken.minLevel, taken.minLevel.default),
  backfilled: v.fallback(taken.backfilled, taken.backfilled.default),
  rules: v.fallback(taken.rules, undefined),
  tags: v.fallback(taken.tags, undefined),
  where: v.fallback(taken.where, undefined),
  sources: v.fallback(taken.sources, undefined),
  quietHours: v.fallback(taken.quietHours, undefined),
  operational: v.fallback(taken.operational, taken.operational.default),
  testOnly: v.fallback(taken.testOnly, taken.testOnly.default),
  digestMs: v.fallback(taken.digestMs, taken.digestMs.default),
});

/** The members of an endpoint, each for itself; `EndpointSchema` also checks how they go together. */
export const EndpointMembersSchema = v.strictObject({
  name: EndpointNameSchema,
  url: v.pipe(text, v.maxLength(2_048, "must be at most 2048 characters")),
  secret: v.optional(secret),
  previousSecrets: v.optional(
    v.pipe(v.array(secret, list), v.maxLength(2, "must be at most two secrets")),
    [],
  ),
  ...taken,
  format: v.optional(
    v.picklist(
      FORMAT_NAMES,
      `must be one of ${FORMAT_NAMES.join(", ")}`,
    ),
    "standard",
  ),
  options: v.optional(v.unknown()),
  headers: v.optional(headers, {}),
  retryScheduleMs: v.optional(
    v.pipe(
      v.array(wholeNumber(0, 7 * 86_400_000), list),
      v.minLength(1, "must have at least one delay"),
      v.maxLength(50, "must have at most 50 delays"),
    ),
    [...RETRY_SCHEDULE],
  ),
  timeoutMs: v.optional(wholeNumber(100, 30_000), 15_000),
  maxPerMinute: v.optional(wholeNumber(1, 10_000)),
  maxInFlight: v.optional(wholeNumber(1, 4)),
  allowedPorts: v.optional(v.array(wholeNumber(1, 65_535), list), []),
  allowHttpLoopback: v.optional(v.boolean("must be true or false"), false),
}, "must be an object with the members of an endpoint");

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
  EndpointMembersSchema,
  v.rawTransform(({ dataset, addIssue }) => {
    const { value } = dataset;
    const refuse = (key: keyof EndpointConfig, message: string, path: IssuePath = []) =>
      addIssue({
        message,
        path: [
          { type: "object", origin: "value", input: { ...value }, key, value: value[key] },
          ...path,
        ],
      });
    const checked = checkUrl(value.url, value);
    if ("refused" in checked) refuse("url", `must be a URL that may be called: ${checked.refused}`);
    const { optionsSchema, signs, keyHeader } = formatOf(value.format);
    if (signs === "always" && value.secret === undefined) {
      refuse("secret", `must be set: the format ${value.format} signs`);
    }
    if (signs === "never" && value.secret !== undefined) {
      refuse("secret", `must not be set: the format ${value.format} does not sign`);
    }
    if (value.secret === undefined && value.previousSecrets.length > 0) {
      refuse("previousSecrets", "must not be set without secret");
    }
    if (keyHeader !== undefined && Object.hasOwn(value.headers, keyHeader.name)) {
      refuse(
        "headers",
        `must not have ${keyHeader.name}: the format ${value.format} sets it; ` +
          `the key belongs in options.${keyHeader.option}`,
      );
    }
    const options = v.safeParse(optionsSchema, value.options);
    for (const { message, path } of options.issues ?? []) refuse("options", message, path);
    return { ...value, options: options.output };
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
  const blank = v.parse(EndpointMembersSchema, { name: "refused", url: "" });
  return { ...blank, ...v.parse(TakenSchema, entry), name, options: {} };
}

import * as v from "valibot";
import { type Endpoint, type EndpointConfig, EndpointSchema } from "../delivery/endpoint.ts";
import { type ApiToken, ApiTokenSchema } from "../http/api_tokens.ts";
import { DEFAULT_BASE_URL, parseBaseUrl } from "../thousandeyes/page/base_url.ts";

/** The configuration of the Worker, checked. */
export interface Config {
  /** The bearer token of the ThousandEyes API. */
  readonly teToken: string;
  /** The address of the API. */
  readonly baseUrl: URL;
  /** The account group to watch; absent for the token's own or for all. */
  readonly aid: string | undefined;
  /** Whether all account groups that the token may see are watched. */
  readonly useAllPermittedAids: boolean;
  /** How often the API is asked, in milliseconds. */
  readonly pollIntervalMs: number;
  /** How far each poll looks back behind the last one, in milliseconds. */
  readonly overlapMs: number;
  /** How far back the first poll goes, in milliseconds. */
  readonly backfillMs: number;
  /** How long events are kept, in milliseconds. */
  readonly retentionMs: number;
  /** The size of the database above which the oldest events go, in bytes. */
  readonly retentionBytes: number;
  /** How many streams may be open at a time. */
  readonly mostStreams: number;
  /** Host names under which the Worker itself is reached: no webhook goes to them, nor to names beneath them. */
  readonly ownHosts: readonly string[];
  /** Who may read the log. */
  readonly tokens: readonly ApiToken[];
  /** Where alerts go. */
  readonly endpoints: readonly Endpoint[];
}

/** Something that is wrong with a variable. */
export interface ConfigProblem {
  /** The variable. */
  readonly variable: string;
  /** Where in it, and what would be right; never what it holds. */
  readonly message: string;
}

/** What was read: a configuration, or all that is wrong; the tokens in either case, so that the problems can be told. */
export interface ReadConfig {
  /** The configuration; absent if there is any problem. */
  readonly config: Config | undefined;
  /** Every problem. */
  readonly problems: readonly ConfigProblem[];
  /** The tokens, if that variable was right. */
  readonly tokens: readonly ApiToken[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A variable may be a text or, where it stands in wrangler.toml, already a number or a truth value. */
const text = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "must be a text"),
  v.transform((value) => String(value).trim()),
);

function number(least: number, most: number) {
  const message = `must be a number from ${least} to ${most}`;
  return v.pipe(
    text,
    v.regex(/^\d+(\.\d+)?$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

/** Twelve hours is `12h`; nothing at all is `0`. */
const duration = v.pipe(
  text,
  v.regex(/^(0|\d{1,4}[mhd])$/, "must be a duration such as 30m, 24h or 30d, or 0"),
  v.transform((value) => {
    const unit = { m: MINUTE, h: 60 * MINUTE, d: DAY }[value.slice(-1)] ?? 0;
    return parseInt(value) * unit;
  }),
  v.maxValue(1_000 * DAY, "must be at most 1000d"),
);

/** JSON text, or the value itself where wrangler.toml has it as a table. */
function listOf<Item>(item: v.GenericSchema<unknown, Item>, unique: (item: Item) => string) {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      if (typeof dataset.value !== "string") return dataset.value;
      try {
        return JSON.parse(dataset.value) as unknown;
      } catch {
        addIssue({ message: "must be a JSON list" }); // the parser's own words quote what it read
        return NEVER;
      }
    }),
    v.array(item, "must be a JSON list"),
    v.check(
      (items) => new Set(items.map(unique)).size === items.length,
      "must not name anything twice",
    ),
  );
}

const schemas = {
  TE_TOKEN: v.pipe(
    v.string("must be set to a bearer token of the ThousandEyes API"),
    v.trim(),
    v.regex(/^[\x21-\x7e]{1,4096}$/, "must be a bearer token: visible characters, no spaces"),
  ),
  TE_BASE_URL: v.pipe(
    v.optional(text, DEFAULT_BASE_URL),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return parseBaseUrl(dataset.value);
      } catch {
        addIssue({
          message: "must be an https URL without user or password; http only on loopback",
        });
        return NEVER;
      }
    }),
  ),
  TE_AID: v.optional(v.pipe(text, v.regex(/^\d{1,20}$/, "must be the number of an account group"))),
  TE_USE_ALL_PERMITTED_AIDS: v.optional(
    v.pipe(
      text,
      v.picklist(["true", "false"], "must be true or false"),
      v.transform((value) => value === "true"),
    ),
  ),
  POLL_INTERVAL_SECONDS: v.optional(number(1, 3_600), "60"),
  OVERLAP_MINUTES: v.optional(number(0, 1_440), "15"),
  BACKFILL: v.optional(duration, "30d"),
  RETENTION: v.optional(v.pipe(duration, v.minValue(DAY, "must be at least 1d")), "90d"),
  RETENTION_MEGABYTES: v.optional(number(10, 9_000), "8000"),
  MOST_STREAMS: v.optional(v.pipe(number(1, 10_000), v.integer("must be a whole number")), "500"),
  OWN_HOSTS: v.optional(
    v.pipe(
      text,
      v.transform((value) => value.split(",").map((name) => name.trim()).filter(Boolean)),
      v.everyItem(
        (name) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(name),
        "must be host names with commas between them",
      ),
    ),
    "",
  ),
  API_TOKENS: v.optional(listOf(ApiTokenSchema, ({ name }) => name), "[]"),
  WEBHOOKS: v.optional(
    listOf(EndpointSchema as v.GenericSchema<EndpointConfig, Endpoint>, ({ name }) => name),
    "[]",
  ),
};

/**
 * Reads the configuration from the Worker's variables and secrets, and names every problem at once.
 *
 * @param env What the runtime passes in; what is not of the configuration is ignored.
 * @returns The configuration, or what is wrong with it. No message quotes a value: values may be secrets.
 */
export function readConfig(env: Record<string, unknown>): ReadConfig {
  const problems: ConfigProblem[] = [];
  const given = Object.fromEntries(
    Object.keys(schemas).map((name) => [name, env[name] === "" ? undefined : env[name]]),
  );
  const result = v.safeParse(v.object(schemas), given);
  for (const issue of result.issues ?? []) {
    const path = v.getDotPath(issue) ?? "";
    const [variable = "", ...rest] = path.split(".");
    problems.push({
      variable,
      message: `${rest.length > 0 ? `${rest.join(".")} ` : ""}${issue.message}`,
    });
  }
  const tokens = v.safeParse(schemas.API_TOKENS, given.API_TOKENS);
  if (result.success && result.output.TE_AID && result.output.TE_USE_ALL_PERMITTED_AIDS) {
    problems.push({
      variable: "TE_USE_ALL_PERMITTED_AIDS",
      message: "must not be true while TE_AID names one account group",
    });
  }
  return {
    config: result.success && problems.length === 0 ? configOf(result.output) : undefined,
    problems,
    tokens: tokens.success ? tokens.output : [],
  };
}

function configOf(read: v.InferOutput<v.ObjectSchema<typeof schemas, undefined>>): Config {
  return {
    teToken: read.TE_TOKEN,
    baseUrl: read.TE_BASE_URL,
    aid: read.TE_AID,
    useAllPermittedAids: read.TE_USE_ALL_PERMITTED_AIDS ?? read.TE_AID === undefined,
    pollIntervalMs: read.POLL_INTERVAL_SECONDS * 1_000,
    overlapMs: read.OVERLAP_MINUTES * MINUTE,
    backfillMs: read.BACKFILL,
    retentionMs: read.RETENTION,
    retentionBytes: read.RETENTION_MEGABYTES * 1_000_000,
    mostStreams: read.MOST_STREAMS,
    ownHosts: read.OWN_HOSTS,
    tokens: read.API_TOKENS,
    endpoints: read.WEBHOOKS,
  };
}

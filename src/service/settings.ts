/**
 * Every setting of the service, once: its name, default, bounds, help and schema. The
 * configuration, what `deno task start` passes on from the environment, and the documentation
 * follow from this table.
 *
 * @module
 */
import * as v from "valibot";
import { type Endpoint, EndpointNameSchema, EndpointSchema } from "../delivery/endpoint.ts";
import { ApiTokenSchema, TokenNameSchema } from "../http/api_tokens.ts";
import { isLoopback } from "../stream/fetch.ts";
import { DEFAULT_BASE_URL, parseBaseUrl } from "../thousandeyes/page/base_url.ts";
import { DEFAULT_WATCH_OPTIONS } from "../watch/watch_options.ts";
import { SourceNameSchema, sourceSchema } from "./source.ts";

/** One setting. Its texts are Markdown; no message quotes a value, which may be a secret. */
export interface Setting<Value> {
  /** The name of the variable or secret. */
  readonly name: string;
  /** Whether it is set with `wrangler secret put` and not under `[vars]`. */
  readonly isSecret?: true;
  /** The default, as the documentation shows it. */
  readonly shownDefault: string;
  /** What it does, in one line. */
  readonly help: string;
  /** What its value may be, in one line; absent if `help` says it. */
  readonly bounds?: string;
  /** Validates the value, undefined if unset, and converts it for the configuration. */
  readonly schema: v.GenericSchema<unknown, Value>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const MEGABYTE = 1_000_000;

const teToken = v.pipe(
  v.string("must be set to a bearer token of the ThousandEyes API"),
  v.trim(),
  v.regex(/^[\x21-\x7e]{1,4096}$/, "must be a bearer token: visible characters, no spaces"),
);

const baseUrl = v.pipe(
  text(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return normalBaseUrl(parseBaseUrl(dataset.value));
    } catch {
      addIssue({
        message: "must be an https URL without user name or password; http only on loopback",
      });
      return NEVER;
    }
  }),
);

const aid = v.pipe(
  text(),
  v.regex(/^\d{1,20}$/, "must be the id of an account group, a number"),
  v.transform((value) => value.replace(/^0+(?=\d)/, "")),
);

/** All settings, by the member of the configuration that holds their value. */
export const SETTINGS = {
  teToken: setting({
    name: "TE_TOKEN",
    isSecret: true,
    shownDefault: "none; required without `SOURCES`",
    help:
      "the bearer token of the ThousandEyes API; its role needs API access and the permission " +
      "_View activity log for all users in account group_",
    schema: teToken,
  }),
  baseUrl: setting({
    name: "TE_BASE_URL",
    shownDefault: `\`${DEFAULT_BASE_URL}\``,
    help: "the base URL of the ThousandEyes API",
    bounds: "https, or http on loopback",
    schema: v.optional(baseUrl, DEFAULT_BASE_URL),
  }),
  aid: setting({
    name: "TE_AID",
    shownDefault: "all permitted",
    help: "the id of the account group to watch, to watch only one",
    schema: v.optional(aid),
  }),
  useAllPermittedAids: setting({
    name: "TE_USE_ALL_PERMITTED_AIDS",
    shownDefault: "`true` unless `TE_AID` is set",
    help: "whether to watch every account group that the token may see",
    schema: v.optional(
      v.pipe(
        text(),
        v.toLowerCase(),
        v.picklist(["true", "false"], "must be true or false"),
        v.transform((value) => value === "true"),
      ),
    ),
  }),
  sources: setting({
    name: "SOURCES",
    isSecret: true,
    shownDefault: "`[]`: only that of `TE_TOKEN`",
    help: "further [sources](#sources): organisations or account groups with a token of their own",
    schema: listOf(sourceSchema({ token: teToken, baseUrl, aid }), SourceNameSchema),
  }),
  pollMs: numeric({
    name: "POLL_INTERVAL_SECONDS",
    help: "how often the API is polled",
    default: DEFAULT_WATCH_OPTIONS.pollMs,
    unit: SECOND,
    min: 1,
    max: 3_600,
  }),
  overlapMs: numeric({
    name: "OVERLAP_MINUTES",
    help: "how far each poll looks back before the end of the previous one",
    default: DEFAULT_WATCH_OPTIONS.overlapMs,
    unit: MINUTE,
    min: 0,
    max: 1_440,
  }),
  backfillMs: duration({
    name: "BACKFILL",
    help: "how far back the first run goes",
    default: DEFAULT_WATCH_OPTIONS.backfillMs,
    min: 0,
  }),
  maxAlertAgeMs: duration({
    name: "ALERT_MAX_AGE",
    help: "the age from which an event is past when it is recorded: its alert is marked " +
      "`backfilled` and not delivered",
    default: DEFAULT_WATCH_OPTIONS.maxAlertAgeMs,
    min: 60 * MINUTE,
  }),
  suppressesByDefault: setting({
    name: "SUPPRESS_BY_DEFAULT",
    shownDefault: `\`${DEFAULT_WATCH_OPTIONS.suppressesByDefault}\``,
    help:
      "whether a rule without `panoptes.suppress` [holds back repeats](tuning.md#suppression), " +
      "by its level",
    schema: v.pipe(
      v.optional(text(), String(DEFAULT_WATCH_OPTIONS.suppressesByDefault)),
      v.toLowerCase(),
      v.picklist(["true", "false"], "must be true or false"),
      v.transform((value) => value === "true"),
    ),
  }),
  maxAgeMs: duration({
    name: "RETENTION",
    help: "how long events and alerts are kept",
    default: DEFAULT_WATCH_OPTIONS.maxAgeMs,
    min: DAY,
  }),
  maxBytes: numeric({
    name: "RETENTION_MEGABYTES",
    help: "the size of the database above which the oldest events are removed",
    default: DEFAULT_WATCH_OPTIONS.maxBytes,
    unit: MEGABYTE,
    min: 10,
    max: 9_000,
  }),
  maxStreams: numeric({
    name: "MAX_STREAMS",
    help: "the maximum number of open event streams and other long answers; further clients are " +
      "told to come back later. One token may hold half of them, and its " +
      "[part](http.md#limits-on-streams) while others wait; a tenth is kept for tokens with the " +
      "scope `admin`",
    default: 500,
    min: 1,
    max: 10_000,
    isInteger: true,
  }),
  maxRequestsPerMinute: numeric({
    name: "MAX_REQUESTS_PER_MINUTE",
    help: "the maximum number of requests that are answered in a minute, event streams not " +
      "counted. One token may make half of them, and its [part](http.md#limits-on-requests) if " +
      "more than two ask; a tenth is kept for tokens with the scope `admin`",
    default: 6_000,
    min: 60,
    max: 1_000_000,
    isInteger: true,
  }),
  maxRequestsPerTick: setting({
    name: "PLAN",
    shownDefault: "`free`",
    help:
      "Cloudflare's plan, `free` or `paid`: how many requests one alarm of the Worker makes at " +
      "most, 40 or 900. More wait for the next alarm, which follows at once",
    schema: v.pipe(
      v.optional(text(), "free"),
      v.toLowerCase(),
      v.picklist(["free", "paid"], "must be free or paid"),
      v.transform((plan) => plan === "free" ? 40 : 900),
    ),
  }),
  disabledRules: setting({
    name: "DISABLED_RULES",
    shownDefault: "none",
    help:
      "the ids, names or tags of [rules](rules.md) that are switched off, separated by commas: they " +
      "make no alerts of their own, and correlations still count what they match",
    schema: v.optional(
      v.pipe(
        text(),
        v.transform((value) => listed(value, (name) => name.trim())),
        v.everyItem(
          (name) => name.length <= 256 && !/\p{C}/u.test(name),
          "must be ids, names or tags of rules separated by commas",
        ),
      ),
      "",
    ),
  }),
  ownHosts: setting({
    name: "OWN_HOSTS",
    shownDefault: "none",
    help:
      "the host names of the Worker itself, separated by commas: webhooks to them or to names " +
      "below them are refused",
    schema: hostNames(),
  }),
  webhookHosts: setting({
    name: "WEBHOOK_HOSTS",
    shownDefault: "any public host",
    help:
      "the only host names that webhooks are sent to, with all names below them, separated by " +
      "commas; [where webhooks may go](#where-webhooks-may-go)",
    schema: hostNames(),
  }),
  publicUrl: setting({
    name: "PUBLIC_URL",
    shownDefault: "none",
    help: "the address where people reach the Worker, such as `https://panoptes.example.com`: " +
      "messages link to their alert on the page there",
    bounds: "an origin with https, or with http on loopback",
    schema: v.optional(origin()),
  }),
  accessTeam: setting({
    name: "ACCESS_TEAM_DOMAIN",
    shownDefault: "none: only tokens are accepted",
    help: "the team domain of [Cloudflare Access](#cloudflare-access), such as " +
      "`https://example.cloudflareaccess.com`",
    bounds: "an origin with https, or with http on loopback",
    schema: v.optional(origin()),
  }),
  accessAudience: setting({
    name: "ACCESS_AUDIENCE",
    shownDefault: "none; required with `ACCESS_TEAM_DOMAIN`",
    help: "the audience tag (AUD) of the Access application",
    schema: v.optional(
      v.pipe(text(), v.regex(/^[\w-]{8,128}$/, "must be the audience tag of an application")),
    ),
  }),
  accessAdmins: setting({
    name: "ACCESS_ADMINS",
    shownDefault: "nobody",
    help:
      "the email addresses of the people who have the scope `admin` through Cloudflare Access, " +
      "separated by commas; the others have `read`",
    schema: v.optional(
      v.pipe(
        text(),
        v.transform((value) => listed(value, (address) => address.trim().toLowerCase())),
        v.everyItem(
          (address) => /^[^\s@]+@[^\s@]+$/.test(address),
          "must be email addresses separated by commas",
        ),
      ),
      "",
    ),
  }),
  tokens: setting({
    name: "API_TOKENS",
    isSecret: true,
    shownDefault: "`[]`: nothing is readable",
    help: "the [tokens](#api_tokens) of clients",
    schema: listOf(ApiTokenSchema, TokenNameSchema, ["sha256"]),
  }),
  endpoints: setting({
    name: "WEBHOOKS",
    isSecret: true,
    shownDefault: "`[]`",
    help: "the [endpoints](#webhooks) that alerts are sent to",
    schema: listOf(EndpointSchema as v.GenericSchema<unknown, Endpoint>, EndpointNameSchema),
  }),
};

/** An origin, as `URL` writes it. */
function origin() {
  return v.pipe(
    text(),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const url = URL.parse(dataset.value);
      const isOrigin = url !== null && url.href === `${url.origin}/`;
      if (isOrigin && (url.protocol === "https:" || isLoopback(url.hostname))) return url.origin;
      addIssue({ message: "must be an https URL without a path; http only on loopback" });
      return NEVER;
    }),
  );
}

/** The names of all settings, as variables and secrets. */
export const SETTING_NAMES: readonly string[] = Object.values(SETTINGS).map(({ name }) => name);

function setting<Value>(setting: Setting<Value>): Setting<Value> {
  return setting;
}

/** A number that an operator writes in `unit` and the configuration holds in the base unit. */
function numeric(
  { name, help, default: fallback, unit = 1, min, max, isInteger = false }: {
    name: string;
    help: string;
    /** In the base unit. */
    default: number;
    unit?: number;
    min: number;
    max: number;
    isInteger?: boolean;
  },
): Setting<number> {
  const message = `must be a number from ${min} to ${max}`;
  return {
    name,
    shownDefault: `\`${fallback / unit}\``,
    help,
    bounds: `${min} to ${max}`,
    schema: v.pipe(
      v.optional(text(), String(fallback / unit)),
      v.regex(/^\d+(\.\d+)?$/, message),
      v.transform(Number),
      v.minValue(min, message),
      v.maxValue(max, message),
      v.check((value) => !isInteger || Number.isInteger(value), "must be an integer"),
      v.transform((value) => value * unit),
    ),
  };
}

/** A duration such as `12h`, which the configuration holds in milliseconds. */
function duration(
  { name, help, default: fallback, min }: {
    name: string;
    help: string;
    /** In milliseconds. */
    default: number;
    /** In milliseconds. */
    min: number;
  },
): Setting<number> {
  const units = { d: DAY, h: 60 * MINUTE, m: MINUTE };
  const written = (ms: number) => {
    const [letter, unit] = Object.entries(units).find(([, unit]) => ms % unit === 0) ??
      ["m", MINUTE];
    return ms === 0 ? "0" : `${ms / unit}${letter}`;
  };
  return {
    name,
    shownDefault: `\`${written(fallback)}\``,
    help,
    bounds: min === 0
      ? "a duration such as `30m`, `24h` or `30d`, or `0`"
      : `a duration of at least \`${written(min)}\``,
    schema: v.pipe(
      v.optional(text(), written(fallback)),
      v.regex(/^(0|\d{1,4}[mhd])$/, "must be a duration such as 30m, 24h or 30d, or 0"),
      v.transform((value) => {
        const [, unit = 0] = Object.entries(units).find(([letter]) => value.endsWith(letter)) ?? [];
        return parseInt(value) * unit;
      }),
      v.maxValue(1_000 * DAY, "must be at most 1000d"),
      v.minValue(min, `must be at least ${written(min)}`),
    ),
  };
}

/**
 * The one spelling of an address of the API, since the log is named after it: no slash at the end,
 * none doubled, no final dot of the host, no query. The parser has dealt with case and default port.
 */
function normalBaseUrl(url: URL): URL {
  const path = url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  const port = url.port === "" ? "" : `:${url.port}`;
  return new URL(`${url.protocol}//${normalHost(url.hostname)}${port}${path}`);
}

/** What a text lists, separated by commas, each entry in its normal form. */
function listed(value: string, normal: (entry: string) => string): string[] {
  return value.split(",").map(normal).filter(Boolean);
}

/** Host names separated by commas; an address such as `127.0.0.1` looks like one. */
function hostNames() {
  return v.optional(
    v.pipe(
      text(),
      v.transform((value) => listed(value, normalHost)),
      v.everyItem(
        (name) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name),
        "must be host names separated by commas",
      ),
    ),
    "",
  );
}

function normalHost(name: string): string {
  return name.trim().toLowerCase().replace(/\.$/, "");
}

/** A value may be a string or, if wrangler.toml contains it, already a number or a boolean. */
function text() {
  return v.pipe(
    v.union([v.string(), v.number(), v.boolean()], "must be a string"),
    v.transform((value) => String(value).trim()),
  );
}

/** An entry of which only the name is known to be valid. */
type NamedEntry = Readonly<Record<string, unknown>> & { readonly name: string };

/** An entry of a list that is refused; the others are in force. */
export interface RefusedEntry {
  /** Its name, or its number in the list if it has no valid name. */
  readonly entry: string;
  /** As it was given, if its name is valid; it may contain a secret, so it is never shown. */
  readonly named: NamedEntry | undefined;
  /** Where in it, and what is expected; never what it contains. */
  readonly message: string;
}

/** The entries of a list that are in force, and those that are not. */
export interface Entries<Item> {
  readonly valid: readonly Item[];
  /** The valid ones as they were given, by name. */
  readonly given: ReadonlyMap<string, NamedEntry>;
  readonly refused: readonly RefusedEntry[];
}

/**
 * A JSON list of named entries, or the list itself if wrangler.toml contains it as a table. An entry
 * that is invalid, or that repeats what has to be unique, is refused by itself: it must not silence
 * the others.
 *
 * @param schema The schema of an entry.
 * @param nameSchema The schema of its name.
 * @param unique Members besides the name that no two entries may share.
 */
function listOf<Item extends { readonly name: string }>(
  schema: v.GenericSchema<unknown, Item>,
  nameSchema: v.GenericSchema<unknown, string>,
  unique: readonly (keyof Item & string)[] = [],
): v.GenericSchema<unknown, Entries<Item>> {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        if (typeof dataset.value !== "string") return dataset.value;
        try {
          return JSON.parse(dataset.value) as unknown;
        } catch {
          addIssue({ message: "must be a JSON list" }); // the parser's own message quotes its input
          return NEVER;
        }
      }),
      v.array(v.unknown(), "must be a JSON list"),
      v.transform((items) => readEntries(items, schema, nameSchema, unique)),
    ),
    "[]",
  );
}

function readEntries<Item extends { readonly name: string }>(
  items: readonly unknown[],
  schema: v.GenericSchema<unknown, Item>,
  nameSchema: v.GenericSchema<unknown, string>,
  unique: readonly (keyof Item & string)[],
): Entries<Item> {
  const valid: Item[] = [];
  const givenByName = new Map<string, NamedEntry>();
  const refused: RefusedEntry[] = [];
  for (const [index, item] of items.entries()) {
    const { success, output: given } = v.safeParse(v.looseObject({ name: nameSchema }), item);
    const named = success ? given : undefined;
    const entry = named?.name ?? `entry ${index + 1}`;
    const result = v.safeParse(schema, item);
    if (!result.success) {
      for (const issue of result.issues) {
        refused.push({ entry, named, message: whereAndWhat(issue) });
      }
      continue;
    }
    const { output } = result;
    const same = (["name", ...unique] as const)
      .map((member) => [member, valid.find((other) => other[member] === output[member])] as const)
      .find(([, other]) => other !== undefined);
    if (same === undefined) {
      valid.push(output);
      if (named !== undefined) givenByName.set(named.name, named);
    } else {
      const message = `has the same ${same[0]} as ${same[1]?.name}`;
      refused.push({ entry, named, message });
    }
  }
  return { valid, given: givenByName, refused };
}

/**
 * Where in an entry, and what is expected.
 *
 * @param issue An issue of its schema.
 * @returns The place and the message, which quote no value.
 */
export function whereAndWhat(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []) as { key: PropertyKey }[];
  // Valibot names an unknown member in the path. Its name may be a secret in the wrong place.
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  const where = (isUnknown ? path.slice(0, -1) : path).map((item) => String(item.key)).join(".");
  const what = isUnknown ? `has a member that is not known; it ${issue.message}` : issue.message;
  return [where, what].filter(Boolean).join(" ");
}

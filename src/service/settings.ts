/**
 * Every setting of the service, once: its name, default, bounds, help and schema. The
 * configuration, what `deno task start` passes on from the environment, and the documentation
 * follow from this table.
 *
 * @module
 */
import * as v from "valibot";
import { type Endpoint, EndpointNameSchema, EndpointSchema } from "../delivery/endpoint.ts";
import { ApiTokenSchema, TokenNameSchema } from "../http/access/api_tokens.ts";
import { DEFAULT_BASE_URL, parseBaseUrl } from "../thousandeyes/page/base_url.ts";
import { DEFAULT_WATCH_OPTIONS } from "../watch/watch_options.ts";
import { listOf } from "./listed_entries.ts";
import { type PlanName, PLANS } from "./plan.ts";
import {
  DAY,
  duration,
  hostNames,
  listed,
  MINUTE,
  normalHost,
  numeric,
  origin,
  SECOND,
  setting,
  text,
  trueOrFalse,
} from "./setting_forms.ts";
import { SourceNameSchema, sourceSchema } from "./source.ts";

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
    schema: v.optional(trueOrFalse()),
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
    schema: v.optional(trueOrFalse(), String(DEFAULT_WATCH_OPTIONS.suppressesByDefault)),
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
  plan: setting({
    name: "PLAN",
    shownDefault: "`free`",
    help:
      "Cloudflare's plan, `free` or `paid`: how many requests one alarm of the Worker makes at " +
      `most, ${PLANS.free.requests} or ${PLANS.paid.requests}. More wait for the next alarm, which ` +
      "follows at once",
    schema: v.pipe(
      v.optional(text(), "free"),
      v.toLowerCase(),
      v.picklist(Object.keys(PLANS) as PlanName[], "must be free or paid"),
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
    help: "the host names of Panoptes itself, separated by commas: webhooks to them or to names " +
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
    help: "the address where people reach Panoptes, such as `https://panoptes.example.com`: " +
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

/** The names of all settings, as variables and secrets. */
export const SETTING_NAMES: readonly string[] = Object.values(SETTINGS).map(({ name }) => name);

/**
 * The one spelling of an address of the API, since the log is named after it: no slash at the end,
 * none doubled, no final dot of the host, no query. The parser has dealt with case and default port.
 */
function normalBaseUrl(url: URL): URL {
  const path = url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  const port = url.port === "" ? "" : `:${url.port}`;
  return new URL(`${url.protocol}//${normalHost(url.hostname)}${port}${path}`);
}

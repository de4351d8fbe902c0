import type { ThousandEyesErrorCode } from "../thousandeyes/errors/thousand_eyes_error.ts";

/**
 * How serious a reason is: `info` leaves the health green, the others give it their colour.
 *
 * - `info`: worth knowing, nothing fails.
 * - `yellow`: something fails or is incomplete; it may resolve itself.
 * - `red`: needs attention.
 */
export const SEVERITIES = ["info", "yellow", "red"] as const;

/** One of them. */
export type Severity = typeof SEVERITIES[number];

/** How all is, the best first. */
export const HEALTHS = ["green", "yellow", "red"] as const;

/** One of them. */
export type Health = typeof HEALTHS[number];

/** The rules of operational alerts: no files in `rules/`, but names that receivers can route by. */
export const OPERATIONAL_RULES = {
  "panoptes.collector.failing":
    "Panoptes is blind or late: it cannot read, record or match what happens",
  "panoptes.collector.recovered": "The problem that panoptes.collector.failing reported is over",
  "panoptes.rules.broken": "Rules fail, are refused, or cannot alert",
  "panoptes.rules.recovered": "The problem that panoptes.rules.broken reported is over",
  "panoptes.settings.refused": "An entry of the settings is not in force",
  "panoptes.settings.recovered": "The problem that panoptes.settings.refused reported is over",
  "panoptes.authentication.failing":
    "Many requests have a token that is not configured or has expired",
  "panoptes.authentication.recovered":
    "The problem that panoptes.authentication.failing reported is over",
  "panoptes.endpoint.failing": "Another endpoint refuses messages or cannot be reached",
  "panoptes.endpoint.paused":
    "Another endpoint has failed for five minutes, so only probes are sent to it, or it is disabled",
  "panoptes.endpoint.recovered": "The endpoint accepts messages again, or was resumed",
} as const satisfies Record<string, string>;

/** The id of the rule of an operational alert. */
export type OperationalRule = keyof typeof OPERATIONAL_RULES;

/** What an operational alert says. */
export interface OperationalAlert {
  /** Its rule. */
  readonly rule: OperationalRule;
  /** Its title. */
  readonly title: string;
  /** The title of the alert that says that it is over; absent if that says nothing new. */
  readonly over?: string;
}

/** One kind of reason. */
export interface ReasonKind {
  /** The severities that it can have, mildest first. */
  readonly severities: readonly Severity[];
  /** The operational alert that it raises, once for each episode; absent if none. */
  readonly alerts?: OperationalAlert;
  /** What it means. */
  readonly meaning: string;
  /** What to do. */
  readonly advice: string;
}

/** The codes of requests to the API that failed; a stream of the module has one more. */
type RequestFailure = Exclude<ThousandEyesErrorCode, "invalid_event" | "expired_cursor">;

/** The codes of everything else. */
type OwnCode =
  | "record_failed"
  | "match_failed"
  | "invalid_events"
  | "oversized_event"
  | "push_silent"
  | "push_refused"
  | "push_unconfirmed"
  | "skipped_range"
  | "behind"
  | "catching_up"
  | "backlog_stuck"
  | "backfilling"
  | "clock_off"
  | "tick_failed"
  | "tick_late"
  | "log_unreadable"
  | "log_unreachable"
  | "log_full"
  | "restoring"
  | "not_shown"
  | "delivery_failing"
  | "endpoint_throttled"
  | "endpoint_paused"
  | "endpoint_disabled"
  | "dead_letters"
  | "silenced"
  | "no_endpoint"
  | "refused_setting"
  | "endpoints_overridden"
  | "unfed_log"
  | "no_rules"
  | "rules_left_out"
  | "rules_disabled"
  | "rules_uploaded"
  | "upload_refused"
  | "streams_refused"
  | "wrong_credentials"
  | "access_keys_failed";

/** Why the health is what it is, as a stable code. */
export type ReasonCode = RequestFailure | OwnCode;

function collector(title: string, over?: string): OperationalAlert {
  return { rule: "panoptes.collector.failing", title, ...(over !== undefined && { over }) };
}

function broken(title: string, over?: string): OperationalAlert {
  return { rule: "panoptes.rules.broken", title, ...(over !== undefined && { over }) };
}

/** A failed request: yellow at first, red once it lasts. */
function request(meaning: string, advice: string): ReasonKind {
  return {
    severities: ["yellow", "red"],
    alerts: collector(
      "Panoptes cannot read the activity log",
      "Panoptes reads the activity log again",
    ),
    meaning,
    advice,
  };
}

const REPEATED =
  "The request is repeated until it succeeds; if this lasts, check the API's status page.";
const CONNECTION = "Check the connection to the API.";
const OTHER_ANSWERS = "Something other than the API answers. Check the base URL and any proxy.";

/** Every reason that the health can have, once; `docs/operations.md` shows this table. */
export const REASONS: Readonly<Record<ReasonCode, ReasonKind>> = {
  unauthorized: request(
    "401: the API refuses the token",
    "Set a valid token; a locked account gets the same answer. No restart is needed: what was missed is read afterwards.",
  ),
  forbidden: request(
    "403: the user of the token lacks a permission",
    "Give the token's user a role with API access and the permission to view the activity log of all users.",
  ),
  bad_request: request(
    "400: the API refuses the request",
    "Check the account group and the other parameters of the request.",
  ),
  not_found: request("404: nothing is at this address", "Check the base URL of the API."),
  redirect_refused: request(
    "The API redirects",
    "Check the base URL of the API: it redirects, and the token is not sent anywhere else.",
  ),
  rate_limited: {
    severities: ["yellow"],
    meaning: "429: the organisation's rate limit is used up",
    advice:
      "Slow down other clients of the API, or ask ThousandEyes for a higher limit. What is late is still read.",
  },
  unexpected_status: request("The API answers with a status that it does not document", REPEATED),
  network: request("No connection to the API, or a lost one", CONNECTION),
  timeout: request("No complete answer in time", CONNECTION),
  server_error: request(
    "500: the API fails",
    "The API is failing; requests are repeated until it recovers.",
  ),
  bad_gateway: request("502: a gateway in front of the API fails", REPEATED),
  unavailable: request("503: the API is in maintenance mode", REPEATED),
  body_too_large: request(
    "An answer is too large to be read",
    "Panoptes requests shorter ranges. If this lasts, the events of a single second are too large to be read at once.",
  ),
  not_json: request("An answer is not JSON, or was cut short", OTHER_ANSWERS),
  wrong_shape: request("An answer is JSON, but not a page of the activity log", OTHER_ANSWERS),
  malformed_link: request(
    "The link to the next page is not usable",
    "Only the first page of each range is recorded. Check any proxy, and whether the API has changed.",
  ),
  foreign_link: request(
    "The link to the next page leads to another origin or path",
    "The API sends links to another origin, which are not followed. Check the base URL and any proxy.",
  ),
  templated_link: request("The link to the next page is a template", REPEATED),
  repeated_cursor: request("The link to the next page leads back to one already read", REPEATED),
  too_many_pages: request("The pages of a range do not end", REPEATED),
  too_many_events: request(
    "A range holds more events than one pass may count",
    "Panoptes reads shorter ranges. If this lasts, a single second holds too many events.",
  ),
  record_failed: request(
    "A page could not be written to the log",
    "Panoptes records the rest in shorter ranges. The message says what the database refused.",
  ),
  match_failed: {
    severities: ["red"],
    alerts: broken("Panoptes cannot match every event"),
    meaning: "A rule failed on an event within the last day",
    advice:
      "The event is recorded but may lack an alert. Find the rule with a backtest, and fix it.",
  },
  invalid_events: {
    severities: ["yellow", "red"],
    alerts: collector(
      "ThousandEyes sends events that Panoptes cannot read",
      "ThousandEyes sends valid events again",
    ),
    meaning:
      "Invalid events came within the last hour, or no valid one has come since; red if they outnumber the valid ones",
    advice:
      "Look at GET /v1/invalid-events, which keeps them; the rules run on whatever can be read of them. If ThousandEyes changed its format, update Panoptes.",
  },
  oversized_event: {
    severities: ["yellow"],
    alerts: collector("An event is too large to be recorded whole"),
    meaning: "An event that is too large for a row came within the last hour",
    advice:
      "The rules ran on the whole event; the log has it shortened, with its size and digest under _panoptes. Find out who chose such a long name.",
  },
  push_silent: {
    severities: ["yellow"],
    alerts: collector("ThousandEyes pushes nothing", "ThousandEyes pushes events again"),
    meaning: "A token may push events, but for 15 minutes only polling has found new ones",
    advice:
      "Nothing is lost: polling finds every event. Check the stream in ThousandEyes, its address and its token. If you do not use push, remove the scope intake from the token.",
  },
  push_refused: {
    severities: ["yellow"],
    alerts: collector("Panoptes refuses what is pushed", "Panoptes accepts what is pushed again"),
    meaning:
      "A pushed request was refused permanently within the last hour: too large, of another type, or not OTLP",
    advice:
      "Polling finds the events that were in it. The message says what is wrong; see docs/intake.md for what the stream has to send.",
  },
  push_unconfirmed: {
    severities: ["yellow"],
    alerts: collector("What is pushed differs from what the API returns"),
    meaning: "Polling did not show a pushed event within two hours; reported for an hour",
    advice:
      "The log may have the event twice, once as pushed and once as polled: compare the two, and report the difference. Also check that the stream belongs to the account group of this source.",
  },
  skipped_range: {
    severities: ["yellow"],
    meaning: "A time range could not be read and was skipped",
    advice:
      "It is tried again every hour until it succeeds. See covered.gaps, and compare with the activity log in ThousandEyes.",
  },
  behind: {
    severities: ["yellow", "red"],
    meaning:
      "Reading is behind: yellow by more than 5 minutes or 3 polls, red by more than 15 minutes or 10 polls, whichever is longer",
    advice:
      "See the other reasons. If there is none, the rate limit is too low: slow down other clients of the API, or ask ThousandEyes for a higher limit.",
  },
  catching_up: {
    severities: ["yellow"],
    meaning:
      "A great many events came at once, and reading them takes a while: new events are late, but none is lost",
    advice:
      "Wait; the message says how far it is. Find out what makes so many events; a higher rate limit shortens the wait.",
  },
  backlog_stuck: {
    severities: ["yellow"],
    meaning: "Older events still have to be read, but none was read within the last hour",
    advice:
      "Other clients use up the organisation's rate limit, or requests fail: see budget and failures.",
  },
  backfilling: {
    severities: ["info"],
    meaning: "Older events are still being read, as after the first start or a long pause",
    advice: "Wait; covered.gaps says what is left.",
  },
  clock_off: {
    severities: ["yellow", "red"],
    alerts: collector(
      "The clocks of Panoptes and ThousandEyes differ",
      "The clocks of Panoptes and ThousandEyes agree again",
    ),
    meaning:
      "The clocks of Panoptes and the API differ: yellow by more than one minute, red by more than four, because receivers refuse webhooks whose timestamp is five minutes off",
    advice:
      "Synchronise the clock of this machine with NTP. If it is right, that of the API or of a proxy is wrong.",
  },
  tick_failed: {
    severities: ["red"],
    alerts: collector("Panoptes could not work", "Panoptes works again"),
    meaning: "The last tick failed: nothing may be read, recorded or delivered",
    advice:
      "The message says what failed. If the disk or the database is full, make room or lower RETENTION; no restart is needed.",
  },
  tick_late: {
    severities: ["yellow", "red"],
    alerts: collector("Panoptes works late", "Panoptes works on time again"),
    meaning: "The next tick is late, or one does not end: yellow after one minute, red after five",
    advice:
      "If this lasts: on Cloudflare, check the cron trigger of the Worker; on a server, see whether the machine is overloaded, and restart Panoptes.",
  },
  log_unreadable: {
    severities: ["red"],
    meaning: "The database cannot be read; the status shows what was last known",
    advice: "The message says what failed. Check the disk; restore the database if it is damaged.",
  },
  log_unreachable: {
    severities: ["red"],
    meaning: "The log of a source does not answer, while those of others do",
    advice: "If this lasts, see the log of the service. The other sources are not affected.",
  },
  log_full: {
    severities: ["yellow", "red"],
    alerts: collector("The log of Panoptes is full", "The log of Panoptes has room again"),
    meaning:
      "The database reached its maximum size within the last day: yellow while Panoptes can make room by removing the oldest rows early, red if it can remove nothing more",
    advice:
      "Raise RETENTION_MEGABYTES. If it is red, also deliver the messages that keep alerts in the log, or remove their endpoint.",
  },
  restoring: {
    severities: ["yellow"],
    meaning: "A backup is being restored; until that is done, nothing is read, matched or sent",
    advice:
      "Wait. If panoptes log import was interrupted, run it again: it continues where it stopped. DELETE /v1/restore cancels it, and leaves the log empty.",
  },
  not_shown: {
    severities: ["yellow", "red"],
    meaning:
      "Entries were recorded but are not shown to readers, because the storage has not confirmed them: yellow after half a minute, red after five minutes",
    advice: "The storage does not confirm writes. Check the disk, and restart the service.",
  },
  delivery_failing: {
    severities: ["yellow", "red"],
    alerts: {
      rule: "panoptes.endpoint.failing",
      title: "A webhook endpoint of Panoptes fails",
      over: "A webhook endpoint of Panoptes works again",
    },
    meaning:
      "An endpoint failed three times in a row or for a minute, refused a message permanently, or has kept one waiting for 5 minutes; red after an hour",
    advice:
      "The message says what the endpoint answered. Repair the receiver, or change the endpoint's settings, which resumes it at once.",
  },
  endpoint_throttled: {
    severities: ["info"],
    meaning: "An endpoint answered 429, 502, 503 or 504, so nothing is sent to it for a while",
    advice: "Wait: the queue is sent afterwards, at the rate that the endpoint accepts.",
  },
  endpoint_paused: {
    severities: ["yellow", "red"],
    alerts: {
      rule: "panoptes.endpoint.paused",
      title: "A webhook endpoint of Panoptes is paused",
    },
    meaning:
      "An endpoint fails, so one message at a time probes it, with pauses of up to 5 minutes; red after an hour",
    advice:
      "It resumes by itself when a probe succeeds. The queue is kept, and probes use up no attempts.",
  },
  endpoint_disabled: {
    severities: ["red"],
    alerts: {
      rule: "panoptes.endpoint.paused",
      title: "A webhook endpoint of Panoptes is disabled",
      over: "A webhook endpoint of Panoptes is enabled again",
    },
    meaning: "An endpoint answered 410, which says that it wants no more messages; it gets none",
    advice:
      "The queue is kept. Change the endpoint's settings, resume it, or remove it from WEBHOOKS.",
  },
  dead_letters: {
    severities: ["yellow"],
    alerts: { rule: "panoptes.endpoint.failing", title: "Panoptes has given up messages" },
    meaning: "Messages were given up",
    advice:
      "GET /v1/deliveries?state=dead lists them. Repair the endpoint, then send them again with POST /v1/deliveries/redeliver.",
  },
  silenced: {
    severities: ["info"],
    meaning: "Silences hold back notifications",
    advice:
      "GET /v1/silences lists them, with who made each and why; DELETE /v1/silences/:id ends one.",
  },
  no_endpoint: {
    severities: ["info"],
    meaning: "No webhook is configured: alerts can only be read",
    advice: "To have alerts sent, set WEBHOOKS or use PUT /v1/endpoints/:name.",
  },
  refused_setting: {
    severities: ["yellow"],
    alerts: {
      rule: "panoptes.settings.refused",
      title: "A setting of Panoptes is partly invalid",
      over: "The settings of Panoptes are valid again",
    },
    meaning:
      "An entry of SOURCES, API_TOKENS or WEBHOOKS, or a stored endpoint, is invalid and not in force, or names a rule or a source that does not exist; the others are in force",
    advice:
      "Correct the entry that the message names. Messages for a refused endpoint are kept, and tried by the schedule.",
  },
  endpoints_overridden: {
    severities: ["info"],
    meaning: "Stored endpoints take the place of entries of WEBHOOKS with the same name",
    advice:
      "DELETE /v1/endpoints/:name removes a stored one, and puts the entry of WEBHOOKS in force.",
  },
  unfed_log: {
    severities: ["info", "yellow"],
    meaning:
      "A log of earlier settings or of a removed source is kept but no longer fed; yellow while messages of it are still to be delivered",
    advice:
      "Its messages go to the present WEBHOOKS. To continue this log, set its base URL and account group again; otherwise, retention empties it.",
  },
  no_rules: {
    severities: ["red"],
    alerts: broken(
      "Panoptes has no rule that can alert",
      "Panoptes has rules that can alert again",
    ),
    meaning: "No rule in force can raise an alert, whatever happens",
    advice:
      "Upload or deploy rules for ThousandEyes whose status is not deprecated or unsupported, and remove them from DISABLED_RULES.",
  },
  rules_left_out: {
    severities: ["yellow"],
    meaning: "Rules do not compile and are not in force",
    advice: "Run panoptes rules check on them; the log of the service says why.",
  },
  rules_disabled: {
    severities: ["info"],
    meaning: "Rules are switched off by DISABLED_RULES, or for this source",
    advice:
      "Remove them from DISABLED_RULES, or from the rules of the source, to have their alerts again.",
  },
  rules_uploaded: {
    severities: ["info"],
    meaning: "Uploaded rules are in force instead of those of the deployment",
    advice: "DELETE /v1/rules puts those of the deployment in force.",
  },
  upload_refused: {
    severities: ["yellow"],
    alerts: broken(
      "The uploaded rules of Panoptes are not in force",
      "The rules of Panoptes load again",
    ),
    meaning: "Uploaded rules no longer load: those of the deployment are in force",
    advice:
      "Build the rules with the deployed version and upload them again, or DELETE /v1/rules to do without them.",
  },
  streams_refused: {
    severities: ["yellow"],
    meaning: "A client was refused within the last 5 minutes because too many streams were open",
    advice: "Close clients that are not needed, or raise MAX_STREAMS.",
  },
  wrong_credentials: {
    severities: ["yellow"],
    alerts: {
      rule: "panoptes.authentication.failing",
      title: "Many requests to Panoptes carry a wrong token",
      over: "Requests to Panoptes carry valid tokens again",
    },
    meaning:
      "At least 20 requests within 5 minutes had a token that is not configured or has expired",
    advice:
      "The log of the service has each request. Give a client whose token has expired a new one; if somebody guesses, block the address in front of Panoptes.",
  },
  access_keys_failed: {
    severities: ["yellow"],
    meaning:
      "The keys of Cloudflare Access could not be read within the last 5 minutes; those that are known stay in use",
    advice:
      "Check ACCESS_TEAM_DOMAIN and Cloudflare's status page. Meanwhile, a token signs you in on the page.",
  },
};

/** One reason why the health is what it is, as plain JSON. */
export interface Reason {
  /** What it is. */
  readonly code: ReasonCode;
  /** How serious it is. */
  readonly severity: Severity;
  /** What it concerns, such as a kind of reading or an endpoint; null if the whole. */
  readonly about: string | null;
  /** One sentence with the facts. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
  /** Since when, as an ISO 8601 string. */
  readonly since: string;
}

/** The facts of a reason. */
export interface ReasonFacts {
  /** How serious it is; default the mildest that its kind can have. */
  readonly severity?: Severity;
  /** What it concerns; default the whole. */
  readonly about?: string | undefined;
  /** One sentence; default what the kind means. */
  readonly message?: string;
  /** What to do about this one, before the advice of its kind; default nothing more. */
  readonly advice?: string;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly since: number;
}

/**
 * Makes a reason, with the advice of its kind.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { healthOf, reason } from "./reasons.ts";
 *
 * const found = [reason("no_endpoint", { since: 0 }), reason("dead_letters", { since: 0 })];
 * assertEquals(found[1]?.message, "Messages were given up.");
 * assertEquals(healthOf(found), "yellow");
 * ```
 *
 * @param code What it is.
 * @param facts What is known about this one.
 * @returns The reason.
 */
export function reason(code: ReasonCode, facts: ReasonFacts): Reason {
  const { severity, about, message, advice = "", since } = facts;
  const kind = REASONS[code];
  return {
    code,
    severity: severity ?? kind.severities[0]!,
    about: about ?? null,
    message: message ?? `${kind.meaning}.`,
    advice: `${advice}${kind.advice}`,
    since: new Date(since).toISOString(),
  };
}

/**
 * The health that reasons make: the worst of them.
 *
 * @param reasons The reasons.
 * @returns `green` where nothing but information is given.
 */
export function healthOf(reasons: readonly Reason[]): Health {
  if (reasons.some(({ severity }) => severity === "red")) return "red";
  return reasons.some(({ severity }) => severity === "yellow") ? "yellow" : "green";
}

/**
 * What an operator can do about a failure.
 *
 * @param code The code of the failure, which an earlier version may have stored.
 * @returns One or two sentences.
 */
export function adviceFor(code: string): string {
  return (REASONS as Readonly<Record<string, ReasonKind>>)[code]?.advice ?? REPEATED;
}

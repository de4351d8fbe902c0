import * as v from "valibot";
import { alertLevelOf } from "../../alert/alert.ts";
import type { AlertCount } from "../../store/alert_counts.ts";
import { ENDPOINT_STATES } from "../../store/endpoint_state.ts";
import { MESSAGE_STATES } from "../../store/outbox_message.ts";
import { type Health, HEALTHS } from "../../watch/reasons.ts";
import type { RuleSummary, Status } from "../log_access.ts";
import {
  type Family,
  joinedText,
  metric,
  METRICS_TYPE,
  type Sample,
  textOf,
} from "../answer/prometheus_text.ts";
import { responseHeaders, wholeAnswer } from "../answer/response.ts";
import { operation, route, type SourceAnswer } from "../route.ts";
import { described } from "../request/schema.ts";

/** `/metrics`: the status as numbers, for Prometheus. */
export const metricsRoute = route("/metrics", {
  GET: operation({
    scope: "read",
    purpose: "the status as metrics for Prometheus",
    answers: {
      200: { text: described(v.string(), "the text format 0.0.4; docs/http.md lists the metrics") },
    },
    answer: ({ log }) =>
      metricsAnswer(metricsText(log.status(), { rules: log.rules(), counts: log.alertCounts() })),
    total: { answer: (answers) => metricsAnswer(joinedMetrics(answers)) },
  }),
});

/** The counters, by the member of `counts` that each one shows; alerts are counted by rule. */
const COUNTERS: Readonly<
  Record<Exclude<keyof Status["counts"], "alerts">, readonly [name: string, help: string]>
> = {
  requests: ["requests", "Requests made to the ThousandEyes API"],
  failures: ["request_failures", "Requests that failed"],
  pages: ["pages", "Pages recorded"],
  recorded: ["events_recorded", "Events recorded"],
  twins: ["events_twin", "Events recorded although an equal event was recorded before"],
  duplicates: ["events_duplicate", "Events that were already in the log"],
  renamed: [
    "events_renamed",
    "Events that were already in the log, with another name of the user or account group",
  ],
  held: ["events_held", "Twins that needed a second pass to confirm them"],
  oversized: ["events_oversized", "Events recorded shortened, since they are too large"],
  invalid: ["events_invalid", "Items that are not valid events, set aside"],
  expired: ["events_expired", "Events refused because they are older than the retention period"],
  unmatched: ["events_unmatched", "Events that at least one rule failed to evaluate"],
  backfilled: ["alerts_backfilled", "Alerts about the past, which page nobody"],
  folded: ["alerts_folded", "Alerts that repeat another one, and are only counted"],
  silenced: ["alerts_silenced", "Alerts whose notification a silence has held back"],
  windowsClosedEarly: [
    "fold_windows_closed_early",
    "Windows of repeats closed before their time, since there were too many",
  ],
  matchesLate: [
    "matches_late",
    "Matches that came when the windows of their correlation had already been decided",
  ],
  matchesIncomplete: [
    "matches_incomplete",
    "Matches without a date, or without a field that their correlation needs",
  ],
  matchesDropped: [
    "matches_dropped",
    "Matches of correlations dropped because a limit was reached",
  ],
  passes: ["passes", "Time ranges read to their end"],
  restarts: ["pass_restarts", "Time ranges that had to be started again"],
};

/** The rules of a source, and how many alerts they have made. */
export interface RuleMetrics {
  /** The rules in force. */
  readonly rules: readonly Pick<RuleSummary, "id" | "title" | "level">[];
  /** How many alerts have been recorded, also of rules that are not in force. */
  readonly counts: readonly AlertCount[];
}

/**
 * The status in the text format of Prometheus. No label comes from an event.
 *
 * @example
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { metricsText } from "./metrics.ts";
 * import type { RuleSummary, Status } from "../log_access.ts";
 *
 * async function scrape(status: Status) {
 *   const text = metricsText(status, { rules: [], counts: [] });
 *   assertMatch(text, /^panoptes_events_recorded_total\{source="default"\} \d+$/m);
 * }
 * ```
 *
 * @param status The status of a source.
 * @param rules Its rules.
 * @returns The text, with a final line break.
 */
export function metricsText(status: Status, rules: RuleMetrics): string {
  return textOf(status.source, [...familiesOf(status), ...ruleFamilies(rules)]);
}

/**
 * The metrics of several sources as one text, in which each metric is declared once.
 *
 * @param answers The text of each source, or nothing if its log does not answer.
 * @returns The text, with a final line break.
 */
export function joinedMetrics(answers: readonly SourceAnswer[]): string {
  return joinedText(
    answers.map(({ source, value }) =>
      typeof value === "string" ? value : textOf(source, silentFamilies())
    ),
  );
}

function metricsAnswer(text: string): Response {
  return wholeAnswer(text, { headers: responseHeaders(METRICS_TYPE) });
}

/** What is known of a source whose log does not answer. */
function silentFamilies(): Family[] {
  return [healthFamily("red"), upFamily(0)];
}

function healthFamily(health: Health): Family {
  return metric(
    "health",
    "gauge",
    "The health of the watch: 1 for the current state, 0 for the others",
    HEALTHS.map((state) => [{ state }, health === state ? 1 : 0]),
  );
}

function upFamily(value: number): Family {
  return metric("source_up", "gauge", "Whether the log of each source answers", [[{}, value]]);
}

function familiesOf(status: Status): Family[] {
  const { covered, budget, log, late, counts } = status;
  const one = (value: number): Sample[] => [[{}, value]];
  const seconds = (iso: string) => Date.parse(iso) / 1_000;
  return [
    healthFamily(status.health),
    upFamily(1),
    metric(
      "health_reason",
      "gauge",
      "1 for each reason that the health has",
      status.reasons.map(({ code, severity, about }) => [
        { code, severity, ...(about !== null && { about }) },
        1,
      ]),
    ),
    metric(
      "covered_to_timestamp_seconds",
      "gauge",
      "The time up to which the activity log has been read",
      one(seconds(covered.to)),
    ),
    metric(
      "lag_seconds",
      "gauge",
      "How long ago the time is up to which the activity log has been read",
      one(covered.lagMs / 1_000),
    ),
    metric("gaps", "gauge", "Time ranges that are still to be read", one(covered.gaps.length)),
    metric(
      "failing",
      "gauge",
      "Consecutive failures, by what fails",
      status.failures.map(({ of, code, count }) => [{ of, code }, count]),
    ),
    metric(
      "clock_ahead_seconds",
      "gauge",
      "How far our clock is ahead of the API's; negative if it is behind",
      status.clockAheadMs === null ? [] : one(status.clockAheadMs / 1_000),
    ),
    ...Object.entries(COUNTERS).map(([member, [name, help]]) =>
      metric(`${name}_total`, "counter", help, one(counts[member as keyof typeof counts]))
    ),
    ...pushFamilies(status.push),
    metric(
      "event_lateness_seconds",
      "histogram",
      "How late events were that were published after their time had been read",
      histogram(late),
    ),
    metric(
      "rate_limit_requests",
      "gauge",
      "Requests in this minute and the limits on them",
      ([
        ["limit", budget.limit],
        ["share", budget.share],
        ["used", budget.used],
        ["remaining", budget.remaining],
      ] as const).flatMap(([kind, value]): Sample[] => value === null ? [] : [[{ kind }, value]]),
    ),
    metric("log_entries", "gauge", "Entries that the log holds", [
      [{ kind: "event" }, log.events],
      [{ kind: "alert" }, log.alerts],
      [{ kind: "invalid_event" }, log.invalid],
    ]),
    metric("fold_windows", "gauge", "Windows in which repeats are counted", one(log.windows)),
    metric("log_bytes", "gauge", "The size of the database", one(log.bytes)),
    metric(
      "messages",
      "gauge",
      "Messages to webhooks, by state",
      // All states from the start, so that an alerting rule can tell 0 from "not measured".
      MESSAGE_STATES.map((state) => [{ state }, log.messages[state] ?? 0]),
    ),
    metric(
      "endpoint_state",
      "gauge",
      "The state of each webhook endpoint: 1 for the current one, 0 for the others",
      status.endpoints.flatMap(({ name, state }) =>
        ENDPOINT_STATES.map((
          one,
        ): Sample => [{ endpoint: name, state: one }, one === state ? 1 : 0])
      ),
    ),
    metric(
      "endpoint_queued",
      "gauge",
      "Messages that wait for each webhook endpoint",
      status.endpoints.map(({ name, queued }) => [{ endpoint: name }, queued]),
    ),
    metric(
      "endpoint_failures",
      "gauge",
      "Failures in a row of each webhook endpoint",
      status.endpoints.map(({ name, failures }) => [{ endpoint: name }, failures]),
    ),
    metric(
      "endpoint_attempts_total",
      "counter",
      "Attempts to deliver to each webhook endpoint, by how they ended",
      status.endpoints.flatMap(({ name, attempts }) =>
        Object.entries(attempts).map(([kind, count]): Sample => [{ endpoint: name, kind }, count])
      ),
    ),
    metric(
      "endpoint_last_success_timestamp_seconds",
      "gauge",
      "When each webhook endpoint last accepted a message",
      status.endpoints.flatMap(({ name, lastSuccessAt }): Sample[] =>
        lastSuccessAt === null ? [] : [[{ endpoint: name }, seconds(lastSuccessAt)]]
      ),
    ),
    metric("silences", "gauge", "Silences that have not ended", one(status.silences.length)),
    metric(
      "silence_held_back",
      "gauge",
      "Messages that a silence has held back, by its id",
      status.silences.map(({ id, heldBack }) => [{ silence: id }, heldBack]),
    ),
    metric("rules", "gauge", "Rules in force", one(status.rules)),
    metric("rules_info", "gauge", "Which rules are in force", [
      [{ revision: status.ruleSet.revision, origin: status.ruleSet.source }, 1],
    ]),
    metric("subscribers", "gauge", "Clients that follow the log now", [
      [{ feed: "events" }, status.subscribers.events],
      [{ feed: "alerts" }, status.subscribers.alerts],
    ]),
    metric("streams", "gauge", "Open streams", one(status.streams.open)),
    metric("streams_max", "gauge", "Streams that may be open", one(status.streams.max)),
    metric(
      "streams_refused_total",
      "counter",
      "Streams refused since the start, because too many were open",
      one(status.streams.refused),
    ),
    metric(
      "token_streams",
      "gauge",
      "Open streams of each token",
      status.tokens.map(({ name, streams }) => [{ token: name }, streams]),
    ),
    metric(
      "token_streams_refused_total",
      "counter",
      "Streams refused to each token since the start",
      status.tokens.map(({ name, streamsRefused }) => [{ token: name }, streamsRefused]),
    ),
    metric(
      "token_requests_total",
      "counter",
      "Requests of each token that were answered since the start",
      status.tokens.map(({ name, requests }) => [{ token: name }, requests]),
    ),
    metric(
      "token_requests_refused_total",
      "counter",
      "Requests of each token that were refused since the start, because it made too many",
      status.tokens.map(({ name, requestsRefused }) => [{ token: name }, requestsRefused]),
    ),
    metric(
      "authentication_failures_total",
      "counter",
      "Requests since the start with a token that is not configured or has expired",
      one(status.authentication.failed),
    ),
    metric(
      "authentication_throttled_total",
      "counter",
      "Those of them that were throttled",
      one(status.authentication.throttled),
    ),
  ];
}

/** None without push, so that an alerting rule can tell it from a push that is silent. */
function pushFamilies(push: Status["push"]): Family[] {
  return [
    metric(
      "push_requests_total",
      "counter",
      "Requests that pushed events, by result",
      push === null ? [] : [
        [{ result: "taken" }, push.requests],
        [{ result: "refused" }, push.refused],
      ],
    ),
    metric(
      "push_events_total",
      "counter",
      "Log records that were pushed, by result",
      push === null ? [] : [
        [{ result: "recorded" }, push.recorded],
        [{ result: "duplicate" }, push.duplicates],
        [{ result: "invalid" }, push.invalid],
      ],
    ),
    metric(
      "push_unconfirmed_total",
      "counter",
      "Pushed events that polling has not shown within two hours",
      push === null ? [] : [[{}, push.unconfirmed]],
    ),
    metric(
      "push_last_timestamp_seconds",
      "gauge",
      "When the latest request that pushed events was taken",
      push?.lastAt ? [[{}, Date.parse(push.lastAt) / 1_000]] : [],
    ),
  ];
}

/** Each rule in force is there from its first day, so that its first alert is an increase. */
function ruleFamilies({ rules, counts }: RuleMetrics): Family[] {
  const alertsOf = new Map<string, Sample>();
  const set = (rule: string, level: string, alerts: number) =>
    alertsOf.set(JSON.stringify([rule, level]), [{ rule, level }, alerts]);
  const infoOf = new Map<string, Sample>();
  for (const { id: rule, title, level: stated } of rules) {
    const level = alertLevelOf(stated);
    set(rule, level, 0);
    infoOf.set(rule, [{ rule, title, level }, 1]);
  }
  for (const { rule, level, alerts } of counts) set(rule, level, alerts);
  return [
    metric("alerts_total", "counter", "Alerts created, by rule and level", [...alertsOf.values()]),
    metric(
      "rule_info",
      "gauge",
      "The title and the level of each rule in force",
      [...infoOf.values()],
    ),
  ];
}

/** Each bucket counts the events up to its bound. The delays are not kept, so there is no sum. */
function histogram(late: Status["late"]): Sample[] {
  let sum = 0;
  const buckets = late.map(({ upToMs, events }): Sample => {
    sum += events;
    return [{ le: upToMs === null ? "+Inf" : String(upToMs / 1_000) }, sum, "_bucket"];
  });
  return [...buckets, [{}, sum, "_count"]];
}

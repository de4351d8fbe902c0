import { MESSAGE_STATES } from "../../store/stored_message.ts";
import type { Status } from "../status.ts";

/** The media type of what `metricsText()` makes. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number, suffix?: string];

const HEALTH = ["green", "yellow", "red"] as const;

/** The counters, by the member of `counts` that they show. */
const COUNTERS: Readonly<
  Record<keyof Status["counts"], readonly [name: string, help: string]>
> = {
  requests: ["requests", "Requests made to the ThousandEyes API"],
  failures: ["request_failures", "Requests that failed"],
  pages: ["pages", "Pages recorded"],
  recorded: ["events_recorded", "Events recorded"],
  twins: ["events_twin", "Events recorded that have an equal one before them"],
  duplicates: ["events_duplicate", "Events that were in the log already"],
  held: ["events_held", "Twins that a second pass had to confirm"],
  invalid: ["events_invalid", "What was sent as an event and is none, kept aside"],
  expired: ["events_expired", "Events refused because retention has removed all of their age"],
  unmatched: ["events_unmatched", "Events on which a rule broke"],
  alerts: ["alerts", "Alerts made"],
  passes: ["passes", "Ranges read to their end"],
  restarts: ["pass_restarts", "Ranges begun anew"],
};

/**
 * The status as Prometheus reads it, in the text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
 * No label has a value that comes from an event.
 *
 * @example
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { metricsText } from "./metrics.ts";
 * import type { Status } from "../status.ts";
 *
 * async function scrape(status: Status) {
 *   assertMatch(metricsText(status), /^panoptes_events_recorded_total \d+$/m);
 * }
 * ```
 *
 * @param status What is shown.
 * @returns The text, with a line break at its end.
 */
export function metricsText(status: Status): string {
  const { covered, budget, log, late, counts } = status;
  const one = (value: number): Sample[] => [[{}, value]];
  const seconds = (iso: string) => Date.parse(iso) / 1_000;
  return [
    metric(
      "health",
      "gauge",
      "How the watch goes: 1 for the present state",
      HEALTH.map((state) => [{ state }, status.health === state ? 1 : 0]),
    ),
    metric(
      "covered_to_timestamp_seconds",
      "gauge",
      "Up to when the activity log has been read",
      one(seconds(covered.to)),
    ),
    metric("lag_seconds", "gauge", "How long ago that is", one(covered.lagMs / 1_000)),
    metric("gaps", "gauge", "Ranges still to be read", one(covered.gaps.length)),
    metric(
      "failing",
      "gauge",
      "Failures in a row, by what fails",
      status.failures.map(({ of, code, count }) => [{ of, code }, count]),
    ),
    metric(
      "clock_off",
      "gauge",
      "1 if our clock and the API's differ",
      one(status.isClockOff ? 1 : 0),
    ),
    ...Object.entries(COUNTERS).map(([member, [name, help]]) =>
      metric(`${name}_total`, "counter", help, one(counts[member as keyof typeof counts]))
    ),
    metric(
      "event_lateness_seconds",
      "histogram",
      "How late events came that were published after their time had been read",
      histogram(late),
    ),
    metric(
      "rate_limit_requests",
      "gauge",
      "Requests of the organisation's limit in this minute",
      ([
        ["limit", budget.limit],
        ["share", budget.share],
        ["used", budget.used],
        ["remaining", budget.remaining],
      ] as const).flatMap(([kind, value]): Sample[] => value === null ? [] : [[{ kind }, value]]),
    ),
    metric("log_entries", "gauge", "What the log holds", [
      [{ kind: "event" }, log.events],
      [{ kind: "alert" }, log.alerts],
      [{ kind: "invalid_event" }, log.invalid],
    ]),
    metric("log_bytes", "gauge", "The size of the database", one(log.bytes)),
    metric(
      "messages",
      "gauge",
      "Messages to webhooks that the log holds, by state",
      // Each from the start, so that an alert on it can tell "none" from "not measured".
      MESSAGE_STATES.map((state) => [{ state }, log.messages[state] ?? 0]),
    ),
    metric("rules", "gauge", "Rules in force", one(status.rules)),
    metric("subscribers", "gauge", "Who follows the log now", [
      [{ feed: "events" }, status.subscribers.events],
      [{ feed: "alerts" }, status.subscribers.alerts],
    ]),
    metric("streams", "gauge", "Streams that are open", one(status.streams.open)),
    metric("streams_most", "gauge", "Streams that may be open", one(status.streams.most)),
  ].join("");
}

function metric(
  name: string,
  type: "gauge" | "counter" | "histogram",
  help: string,
  samples: readonly Sample[],
): string {
  const full = `panoptes_${name}`;
  const lines = samples.map(([labels, value, suffix = ""]) =>
    `${full}${suffix}${labelsText(labels)} ${value}\n`
  );
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

/** Buckets count all that is not above their bound. Nobody has added up the delays, so there is no sum. */
function histogram(late: Status["late"]): Sample[] {
  let sum = 0;
  const buckets = late.map(({ upToMs, events }): Sample => {
    sum += events;
    return [{ le: upToMs === null ? "+Inf" : String(upToMs / 1_000) }, sum, "_bucket"];
  });
  return [...buckets, [{}, sum, "_count"]];
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${value.replace(/[\\"\n]/g, (sign) => sign === "\n" ? "\\n" : `\\${sign}`)}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

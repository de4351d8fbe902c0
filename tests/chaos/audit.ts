import type { PublishedEvent } from "../../src/emulator/api_event.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import { OPERATIONAL_RULES } from "../../src/watch/reasons.ts";
import { countsOf, eventKey } from "../support/event_key.ts";
import type { Delivery, Entry } from "./log_client.ts";
import type { NaiveRule } from "./naive_rules.ts";
import type { Told } from "./sse_follower.ts";
import type { Arrival } from "./webhook_sink.ts";

/** Everything that the audit compares. */
export interface Evidence {
  readonly published: readonly PublishedEvent[];
  readonly rules: readonly NaiveRule[];
  readonly events: readonly Entry[];
  readonly alerts: readonly Entry[];
  readonly deliveries: readonly Delivery[];
  readonly arrivals: readonly Arrival[];
  /** The alert levels that each endpoint wants. */
  readonly endpoints: Readonly<Record<string, readonly string[]>>;
  readonly followers: Readonly<Record<"events" | "alerts", readonly Told[]>>;
}

/** One line of the audit. */
export interface Finding {
  readonly promise: string;
  readonly expected: number;
  readonly found: number;
  /** Expected but not found. */
  readonly missing: number;
  /** Found more often than expected, or wrong. */
  readonly wrong: number;
  /** The first few missing or wrong ones. */
  readonly examples: readonly string[];
}

const EXAMPLES = 5;

/** Compares what happened with what the log, the sink and the followers have, id by id. */
export function audit(evidence: Evidence): Finding[] {
  const { events, alerts, followers } = evidence;
  const ofRules = withoutOperational(evidence);
  return [
    recordedOnce(ofRules),
    matchedOnce(ofRules),
    marked(ofRules),
    ...Object.entries(evidence.endpoints).flatMap(([endpoint, levels]) =>
      delivered(ofRules, endpoint, levels)
    ),
    resumed("events", events, followers.events),
    resumed("alerts", alerts, followers.alerts),
  ];
}

/** Faults of the receiver may raise operational alerts; what the rules owe is another matter. */
function withoutOperational(evidence: Evidence): Evidence {
  const isOperational = (body: Readonly<Record<string, unknown>>) =>
    Object.hasOwn(OPERATIONAL_RULES, (body as AlertBody).rule.id);
  const operational = new Set(
    evidence.alerts.filter(({ body }) => isOperational(body)).map(({ body }) => body.id),
  );
  return {
    ...evidence,
    alerts: evidence.alerts.filter(({ body }) => !operational.has(body.id)),
    arrivals: evidence.arrivals.filter(({ alert }) => !operational.has(alert.id)),
    deliveries: evidence.deliveries.filter(({ alert }) => !operational.has(alert)),
  };
}

function recordedOnce({ published, events }: Evidence): Finding {
  return compared(
    "events recorded once, twins kept",
    countsOf(published.map(({ event }) => eventKey(event))),
    countsOf(events.map(({ body }) => eventKey(body))),
  );
}

function matchedOnce({ published, rules, alerts }: Evidence): Finding {
  return compared(
    "one alert per rule and match",
    countsOf(expectedAlerts(published, rules).map(({ key }) => key)),
    // A duplicate id would be as wrong as a duplicate match.
    countsOf(
      [...new Map(alerts.map(({ body }) => [body.id, body])).values()]
        .filter((body) => !isOfCorrelation(body)).map(alertKey),
    ),
    alerts.length - new Set(alerts.map(({ body }) => body.id)).size,
  );
}

function expectedAlerts(published: readonly PublishedEvent[], rules: readonly NaiveRule[]) {
  const seen = new Map<string, number>();
  return published.flatMap(({ event }) => {
    const key = eventKey(event);
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    return rules.filter(({ alertsAlone, matches }) => alertsAlone && matches(event))
      .map(({ id, level }) => ({ level, key: `${id} ${occurrence} ${key}` }));
  });
}

/** An alert as it was stored or sent, as far as the audit looks at it. */
type AlertBody = {
  readonly id: string;
  readonly level: string;
  readonly lastAt: string | null;
  readonly rule: { readonly id: string };
  readonly group?: unknown;
  readonly backfilled: boolean;
  readonly events: readonly {
    readonly occurrence: number;
    readonly event: Readonly<Record<string, unknown>>;
  }[];
};

function alertKey(alert: Readonly<Record<string, unknown>>): string {
  const { id, rule, events: [caused] } = alert as AlertBody;
  if (isOfCorrelation(alert)) return `correlation ${id}`;
  return `${rule.id} ${caused?.occurrence} ${eventKey(caused?.event ?? {})}`;
}

/** Whether an alert is about several events, which a correlation has found. */
function isOfCorrelation(alert: Readonly<Record<string, unknown>>): boolean {
  return alert.group !== undefined;
}

/** The alerts that are marked as being about the past: nobody is owed a message about them. */
function backfilledKeys({ alerts }: Pick<Evidence, "alerts">): Set<string> {
  return new Set(
    alerts.filter(({ body }) => (body as AlertBody).backfilled).map(({ body }) => alertKey(body)),
  );
}

/** How long before its first page was recorded a log may have begun, in milliseconds. */
const BEGIN_TOLERANCE_MS = 60_000;

/** What happened before the log began is marked as past, and nothing else is. */
function marked({ alerts, events }: Evidence): Finding {
  const begun = Math.min(...events.map(({ recordedAt }) => recordedAt));
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const { id, body } of alerts) {
    const { backfilled, lastAt, events: [caused] } = body as AlertBody;
    const at = parseDate(String(isOfCorrelation(body) ? lastAt : caused?.event.date)) ?? NaN;
    if (at < begun - BEGIN_TOLERANCE_MS && !backfilled) missing.push(`not marked as past: ${id}`);
    if (at >= begun && backfilled) wrong.push(`marked as past: ${id}`);
  }
  return {
    promise: "alerts about the past, and no others, are marked",
    expected: alerts.length,
    found: alerts.length - missing.length,
    missing: missing.length,
    wrong: wrong.length,
    examples: [...missing, ...wrong].slice(0, EXAMPLES),
  };
}

function delivered(evidence: Evidence, endpoint: string, levels: readonly string[]): Finding[] {
  const { published, rules, arrivals, alerts } = evidence;
  const past = backfilledKeys(evidence);
  const expected = new Set(
    expectedAlerts(published, rules)
      .filter(({ level, key }) => levels.includes(level) && !past.has(key))
      .map(({ key }) => key),
  );
  for (const { body } of alerts) {
    const { level, backfilled } = body as AlertBody;
    if (isOfCorrelation(body) && levels.includes(level) && !backfilled) {
      expected.add(alertKey(body));
    }
  }
  const here = arrivals.filter((arrival) => arrival.endpoint === endpoint);
  const idsOf = new Map<string, Set<string>>();
  const wrong: string[] = [];
  for (const { alert, webhookId, fault } of here) {
    const key = alertKey(alert);
    idsOf.set(key, (idsOf.get(key) ?? new Set()).add(webhookId));
    if (fault !== undefined) wrong.push(`${webhookId}: ${fault}`);
    if (webhookId !== alert.id) wrong.push(`${webhookId} carries alert ${alert.id}`);
    if (!expected.has(key)) wrong.push(`${webhookId} is unexpected: ${key}`);
  }
  for (const [key, ids] of idsOf) if (ids.size > 1) wrong.push(`${[...ids]} are one alert: ${key}`);
  const answered = new Set(
    here.filter(({ answered }) => answered).map(({ webhookId }) => webhookId),
  );
  const rows = evidence.deliveries.filter((delivery) => delivery.endpoint === endpoint);
  const known = new Set(alerts.map(({ body }) => String(body.id)));
  const unfounded = rows.filter(({ alert, state }) =>
    state !== "delivered" || !answered.has(alert) || !known.has(alert)
  ).map(({ alert, state }) =>
    `${alert} is ${state}, and ${answered.has(alert) ? "" : "not "}answered`
  );
  const missing = [...expected].filter((key) => !idsOf.has(key));
  return [{
    promise: `${endpoint}: each alert at least once, under one webhook-id`,
    expected: expected.size,
    found: idsOf.size,
    missing: missing.length,
    wrong: wrong.length,
    examples: [...missing, ...wrong].slice(0, EXAMPLES),
  }, {
    promise: `${endpoint}: "delivered" only what was answered`,
    expected: expected.size,
    found: rows.length,
    missing: Math.max(0, expected.size - rows.length),
    wrong: unfounded.length,
    examples: unfounded.slice(0, EXAMPLES),
  }];
}

/**
 * A client that always resumed with its last id has seen every entry once, in order, as the log has
 * it.
 */
function resumed(feed: string, entries: readonly Entry[], told: readonly Told[]): Finding {
  const wrong: string[] = [];
  const seen = new Set<string>();
  let next = 0;
  for (const message of told) {
    if (message.type === "gap") wrong.push(`an unexpected gap: ${message.data}`);
    if (message.type !== "entry") continue;
    const entry = entries[next];
    if (entry?.id !== message.id) {
      wrong.push(`${message.id} instead of ${entry?.id ?? "nothing"}`);
      next = entries.findIndex(({ id }) => id === message.id);
      if (next < 0) break;
    } else if (JSON.stringify(entry.body) !== JSON.stringify(JSON.parse(message.data))) {
      wrong.push(`${message.id} differs from the ${feed} in the log now`);
    }
    next++;
    seen.add(message.id);
  }
  return {
    promise: `SSE ${feed}: each once, in order, as the log has it`,
    expected: entries.length,
    found: seen.size,
    missing: entries.filter(({ id }) => !seen.has(id)).length,
    wrong: wrong.length,
    examples: wrong.slice(0, EXAMPLES),
  };
}

function compared(
  promise: string,
  expected: ReadonlyMap<string, number>,
  found: ReadonlyMap<string, number>,
  more = 0,
): Finding {
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const difference = (found.get(key) ?? 0) - (expected.get(key) ?? 0);
    for (let count = difference; count < 0; count++) missing.push(`missing: ${key}`);
    for (let count = difference; count > 0; count--) wrong.push(`too many: ${key}`);
  }
  return {
    promise,
    expected: sum(expected),
    found: sum(found) + more,
    missing: missing.length,
    wrong: wrong.length + more,
    examples: [...missing, ...wrong].slice(0, EXAMPLES),
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

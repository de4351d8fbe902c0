import type { Alert, AlertLevel } from "../alert/alert.ts";
import { alertId } from "../alert/alert_id.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import { formatOf } from "../delivery/format/formats.ts";
import { oneLine } from "../stream/plain_text.ts";
import { closeAlert } from "./close_alert.ts";
import { raiseAlerts } from "./raise_alerts.ts";
import { type OperationalRule, type Reason, REASONS } from "./reasons.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";

const LEVEL: AlertLevel = "high";
const OVER_LEVEL: AlertLevel = "informational";

/** The name under which the log keeps which operational alerts are not over. */
const EPISODES = "operational alerts";

/** When an operational alert was last raised, by what it was about. */
export type AlertedAt = Readonly<Record<string, number>>;

/** An operational alert that is not over, by what it is about. */
type Episodes = Readonly<
  Record<string, Pick<Reason, "code" | "about"> & { readonly alert: string }>
>;

type Ports = Pick<WatchPorts, "log" | "source" | "endpoints" | "rulesRevision">;
type Options = Pick<WatchOptions, "alertPauseMs" | "suppressesByDefault" | "maxFoldWindows">;

/**
 * Raises one alert for each episode of a reason: when the watch goes blind, it says so. It
 * has to run inside the transaction that saves what it returns.
 *
 * @param ports The log and the endpoints.
 * @param reasons The reasons that last long enough.
 * @param alertedAt What has been alerted.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often.
 * @returns What has been alerted now; the same object if nothing new.
 */
export function operationalAlerts(
  ports: Ports,
  reasons: readonly Reason[],
  alertedAt: AlertedAt,
  now: number,
  options: Options,
): AlertedAt {
  const { log } = ports;
  let alerted = alertedAt;
  for (const reason of reasons) {
    const kind = REASONS[reason.code].alerts;
    if (kind === undefined) continue;
    const key = keyOf(reason);
    const last = alerted[key];
    // Once for each episode, and only once for a reason that comes and goes.
    if (
      last !== undefined && (last >= Date.parse(reason.since) || now < last + options.alertPauseMs)
    ) {
      continue;
    }
    alerted = { ...alerted, [key]: now };
    const alert = alertOf(ports, reason, kind, LEVEL, now);
    const isFor = ({ name }: Endpoint) => name !== endpointOf(reason);
    raiseAlerts(ports, [{ alert, eventSeq: null, at: now, isFor }], now, options);
    const { code, about } = reason;
    log.saveCheckpoint(EPISODES, { ...episodesIn(log), [key]: { code, about, alert: alert.id } });
  }
  return alerted;
}

/**
 * Tells what is over: closes the alerts about it, and raises another one for endpoints whose format
 * tells no closing. It has to run inside a transaction.
 *
 * @param ports The log and the endpoints.
 * @param reasons Every reason that there is now.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often.
 */
export function recoveredAlerts(
  ports: Ports,
  reasons: readonly Reason[],
  now: number,
  options: Options,
): void {
  const { log } = ports;
  const episodes = episodesIn(log);
  const present = new Set(reasons.map(keyOf));
  const over = Object.entries(episodes).filter(([key]) => !present.has(key));
  if (over.length === 0) return;
  const at = new Date(now).toISOString();
  const find = (endpoint: string) => ports.endpoints.find(({ name }) => name === endpoint);
  for (const [, { code, about, alert: id }] of over) {
    closeAlert(
      { log, find },
      id,
      { state: "closed", by: "panoptes", at, note: "It is over." },
      now,
    );
    const kind = REASONS[code]?.alerts; // an earlier version may have known other codes
    if (kind?.over === undefined) continue;
    const message = about === null
      ? "The problem that an earlier alert reported is over."
      : `About: ${about}.`;
    const reason = { code, about, message, advice: "There is nothing to do.", since: at };
    const rule = kind.rule.replace(/[a-z]+$/, "recovered") as OperationalRule;
    const alert = alertOf(ports, reason, { rule, title: kind.over }, OVER_LEVEL, now);
    const isFor = ({ name, format }: Endpoint) =>
      name !== endpointOf(reason) && !formatOf(format).closes;
    raiseAlerts(ports, [{ alert, eventSeq: null, at: now, isFor }], now, options);
  }
  const left = Object.entries(episodes).filter(([key]) => present.has(key));
  log.saveCheckpoint(EPISODES, Object.fromEntries(left));
}

function episodesIn(log: WatchPorts["log"]): Episodes {
  return log.checkpoint<Episodes>(EPISODES) ?? {};
}

/** One endpoint of several says nothing of the others; several readings meet one fault. */
function keyOf(reason: Pick<Reason, "code" | "about">): string {
  const endpoint = endpointOf(reason);
  return endpoint === undefined ? reason.code : `${reason.code} ${endpoint}`;
}

/** The endpoint that a reason is about: it cannot be told, and the others should be. */
function endpointOf({ code, about }: Pick<Reason, "code" | "about">): string | undefined {
  return ABOUT_ENDPOINTS.has(code) && about !== null ? about : undefined;
}

const ABOUT_ENDPOINTS: ReadonlySet<string> = new Set([
  "delivery_failing",
  "endpoint_paused",
  "endpoint_disabled",
]);

function alertOf(
  { source }: Pick<Ports, "source">,
  { code, about, message, advice, since }: Omit<Reason, "severity">,
  { rule, title }: { rule: OperationalRule; title: string },
  level: AlertLevel,
  now: number,
): Alert {
  return {
    version: 1,
    id: alertId(rule, keyOf({ code, about }), Date.parse(since), source),
    ...(source !== undefined && { source }),
    level,
    summary: oneLine(`${title}: ${message}`),
    backfilled: false,
    firstAt: since,
    lastAt: new Date(now).toISOString(),
    rule: {
      id: rule,
      title,
      description: `${message} Since ${since}. ${advice}`,
      runbook: advice,
      tags: ["panoptes.operational"],
      references: [],
      falsepositives: [],
    },
    eventCount: 0,
    events: [],
    matched: [
      { field: null, value: code, item: "code" },
      ...(about === null ? [] : [{ field: null, value: about, item: "about" }]),
    ],
  };
}

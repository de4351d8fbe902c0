import type { Alert, AlertLevel } from "../alert/alert.ts";
import { alertId } from "../alert/alert_id.ts";
import { oneLine } from "../stream/plain_text.ts";
import { raiseAlerts } from "./raise_alerts.ts";
import { type Reason, REASONS } from "./reasons.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";

/**
 * The rule id of operational alerts: no file in `rules/`, but a name that receivers can route by.
 */
export const OPERATIONAL_RULE = "panoptes-collector";

const LEVEL: AlertLevel = "high";

/** When an operational alert was last raised, by what it was about. */
export type AlertedAt = Readonly<Record<string, number>>;

/**
 * Raises one alert for each episode of a reason: when the watch goes blind, it has to say so. It
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
  ports: Pick<WatchPorts, "log" | "endpoints" | "rulesRevision">,
  reasons: readonly Reason[],
  alertedAt: AlertedAt,
  now: number,
  options: Pick<WatchOptions, "alertPauseMs" | "suppressesByDefault" | "maxFoldWindows">,
): AlertedAt {
  let alerted = alertedAt;
  for (const reason of reasons) {
    const title = REASONS[reason.code].alerts;
    if (title === undefined) continue;
    const key = keyOf(reason);
    const last = alerted[key];
    // Once for each episode, and not again for one that comes and goes.
    if (
      last !== undefined && (last >= Date.parse(reason.since) || now < last + options.alertPauseMs)
    ) {
      continue;
    }
    alerted = { ...alerted, [key]: now };
    const alert = alertOf(reason, title, now);
    const notTo = ABOUT_ENDPOINTS.has(reason.code) && reason.about !== null ? reason.about : "";
    raiseAlerts(ports, [{ alert, eventSeq: null, at: now, notTo }], now, options);
  }
  return alerted;
}

/** One endpoint of several says nothing of the others; several readings meet one fault. */
function keyOf({ code, about }: Reason): string {
  return ABOUT_ENDPOINTS.has(code) ? `${code} ${about}` : code;
}

const ABOUT_ENDPOINTS: ReadonlySet<string> = new Set([
  "delivery_failing",
  "endpoint_paused",
  "endpoint_disabled",
]);

function alertOf(
  reason: Reason,
  title: string,
  now: number,
): Alert {
  const { code, about, message, advice, since } = reason;
  const key = keyOf(reason);
  const at = new Date(now).toISOString();
  return {
    version: 1,
    id: alertId(OPERATIONAL_RULE, key, Date.parse(since)),
    level: LEVEL,
    summary: oneLine(`${title}: ${message}`),
    backfilled: false,
    firstAt: since,
    lastAt: at,
    rule: {
      id: OPERATIONAL_RULE,
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

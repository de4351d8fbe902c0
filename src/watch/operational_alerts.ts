import type { Alert, AlertLevel } from "../alert/alert.ts";
import { alertId } from "../alert/alert_id.ts";
import { adviceFor, type Failure, MATCH_FAILED } from "./collector/failure.ts";
import type { CollectorState } from "./collector/state.ts";
import { raiseAlerts } from "./raise_alerts.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";

/**
 * The rule id of operational alerts: no file in `rules/`, but a name that receivers can route by.
 */
export const OPERATIONAL_RULE = "panoptes-collector";

const LEVEL: AlertLevel = "high";

/**
 * Queues one alert for each lasting failure: when the watch goes blind, it has to say so. It has to
 * run inside the transaction that saves the state it returns.
 *
 * @param ports The log and the endpoints.
 * @param state The state after a step.
 * @param now Milliseconds since the Unix epoch.
 * @param options After how many failures, and how often.
 * @returns The state, with a note of what has been alerted.
 */
export function operationalAlerts(
  ports: Pick<WatchPorts, "log" | "endpoints">,
  state: CollectorState,
  now: number,
  { alertAfter, alertPauseMs }: Pick<WatchOptions, "alertAfter" | "alertPauseMs">,
): CollectorState {
  const alertedAt: Record<string, number> = { ...state.alertedAt };
  // A skipped range has had its alert, and its next try tells nothing new.
  const { skipped: _, ...failures } = state.failures;
  for (const failure of Object.values(failures)) {
    const { code, count, since, remedy } = failure;
    const isLasting = count >= alertAfter || code === MATCH_FAILED;
    if (!isLasting || remedy === "throttle") continue;
    const last = alertedAt[code];
    // Once for each row of failures, and not again for a failure that comes and goes.
    if (last !== undefined && (last >= since || now < last + alertPauseMs)) continue;
    alertedAt[code] = now;
    raiseAlerts(ports, [{ alert: alertOf(failure, now), eventSeq: null, at: now }], now);
  }
  return { ...state, alertedAt };
}

function alertOf({ code, message, since, count }: Failure, now: number): Alert {
  return {
    id: alertId(OPERATIONAL_RULE, code, since),
    ruleId: OPERATIONAL_RULE,
    title: code === MATCH_FAILED
      ? "Panoptes cannot match every event"
      : "Panoptes cannot read the activity log",
    level: LEVEL,
    tags: ["panoptes.operational"],
    references: [],
    falsepositives: [],
    description: `${message} (${count} times since ${new Date(since).toISOString()}). ${
      adviceFor(code)
    }`,
    event: {},
    occurrence: 1,
    date: new Date(now).toISOString(),
    matched: [{ field: null, value: code, item: "code" }],
  };
}

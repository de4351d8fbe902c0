import { isAtLeast } from "../alert/alert.ts";
import type { NewAlert } from "../store/alert_table.ts";
import type { WatchPorts } from "./watch_ports.ts";

/**
 * Stores alerts, and queues each new one for every endpoint that accepts its level; one about the
 * past only for endpoints that ask for those. It has to run inside the transaction that records
 * what the alerts are about.
 *
 * @param ports The log and the endpoints.
 * @param alerts The alerts; one whose id is stored already is left alone.
 * @param now Milliseconds since the Unix epoch.
 * @returns The alerts that were new.
 */
export function raiseAlerts(
  { log, endpoints }: Pick<WatchPorts, "log" | "endpoints">,
  alerts: readonly NewAlert[],
  now: number,
): NewAlert[] {
  const added = log.addAlerts(alerts, now);
  const messages = added.flatMap(({ alert }) =>
    endpoints
      .filter(({ minLevel, backfilled }) =>
        isAtLeast(alert.level, minLevel) && (backfilled || !alert.backfilled)
      )
      .map(({ name }) => ({ webhookId: alert.id, endpoint: name }))
  );
  log.queue(messages, now);
  return added;
}

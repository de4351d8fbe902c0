import type { AlertChange } from "../alert/alert_state.ts";
import type { Alert } from "../alert/alert.ts";
import { closingId } from "../delivery/closing_id.ts";
import { formatOf } from "../delivery/format/formats.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import type { Log } from "../store/log.ts";

/** How many messages about one alert are looked at: one for each endpoint. */
const MAX_MESSAGES = 1_000;

/**
 * Puts an alert into a state. If that closes it, each endpoint that was told of the alert, and whose
 * format tells closings, is told once. It has to run inside a transaction.
 *
 * @param ports The log, and how to find an endpoint by its name.
 * @param id The alert's id.
 * @param change Its state, who and when.
 * @param now Milliseconds since the Unix epoch.
 * @returns Its changes; undefined if there is no such alert.
 */
export function closeAlert(
  { log, find }: { log: Log; find: (endpoint: string) => Endpoint | undefined },
  id: string,
  change: AlertChange,
  now: number,
): readonly AlertChange[] | undefined {
  const history = log.changeAlert(id, change);
  const stored = log.alert(id);
  if (change.state !== "closed" || history === undefined || stored === undefined) return history;
  const { level } = JSON.parse(stored.body) as Alert;
  const messages = log.deliveries({ webhookId: id, limit: MAX_MESSAGES }).flatMap((message) => {
    const endpoint = find(message.endpoint);
    const isTold = endpoint !== undefined && formatOf(endpoint.format).closes;
    return isTold ? [{ webhookId: closingId(id), endpoint: endpoint.name, level }] : [];
  });
  log.queue(messages, now);
  return history;
}

import { ALERT_LEVELS } from "../../src/alert/alert.ts";
import type { Finished } from "./check.ts";
import type { EndpointModel } from "./endpoint_model.ts";

type Row = { endpoint: string; webhook_id: string; state: string; attempt: number };

/**
 * Promise 3: each alert reaches each endpoint at least once or becomes a dead letter; one id for
 * each.
 */
export function checkDeliveries({ plan, world, storage }: Finished): string[] {
  const wrong: string[] = [];
  const rows = new Map(
    storage.sql.all<Row>(`SELECT endpoint, webhook_id, state, attempt FROM outbox`)
      .map((row) => [`${row.endpoint} ${row.webhook_id}`, row]),
  );
  const kept = new Set(
    storage.sql.all<{ id: string }>(`SELECT id FROM alerts`).map(({ id }) => id),
  );
  const wasAbsent = plan.kinds.has("reconfigured");
  for (const endpoint of world.endpoints) {
    const { name, minLevel, retryScheduleMs } = endpoint.config;
    wrong.push(...endpoint.wrong.map((line) => `${name}: ${line}`));
    for (const alert of world.books.alerts.rows.values()) {
      if (!alert.endpoints.includes(name) || rank(alert.level) < rank(minLevel)) continue;
      const { id } = alert;
      const say = (what: string) => wrong.push(`${name}: ${what}: ${id} (${alert.ruleId})`);
      const row = rows.get(`${name} ${id}`);
      const got = endpoint.received.get(id);
      const state = row?.state ?? world.books.ends.get(`${name} ${id}`);
      if (row === undefined && kept.has(id)) say("never queued");
      else if (state === undefined) {
        if (got === undefined) say("never delivered, and removed from the log");
      } else if (state === "delivered") {
        if ((got?.accepted ?? 0) === 0) say("delivered, but the endpoint never accepted it");
      } else if (state === "dead") {
        const isDue = got?.gone === true || row === undefined ||
          row.attempt >= retryScheduleMs.length;
        if (!isDue) say(`given up after ${row?.attempt} attempts`);
      } else if (state === "cancelled") {
        if (!wasAbsent) say("cancelled, but the endpoint was always configured");
      } else say(`still ${state}`);
    }
    wrong.push(...checkReceived(endpoint, world.books.alertIds));
  }
  return wrong;
}

/** What arrived is an alert that was raised, with its own id. */
function checkReceived(
  { config, received }: EndpointModel,
  alertIds: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const known = new Set([...alertIds.values()].flatMap((ids) => [...ids]));
  const wrong: string[] = [];
  for (const [id, { body }] of received) {
    if (!known.has(id)) wrong.push(`${config.name}: no alert has the id ${id}`);
    if (JSON.parse(body).data.id !== id) {
      wrong.push(`${config.name}: another alert with the id ${id}`);
    }
  }
  return wrong;
}

function rank(level: string): number {
  return (ALERT_LEVELS as readonly string[]).indexOf(level);
}

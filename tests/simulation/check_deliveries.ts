import { ALERT_LEVELS } from "../../src/alert/alert.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import type { Finished } from "./check.ts";
import type { SeenAlert } from "./bookkeeper.ts";
import type { EndpointModel } from "./endpoint_model.ts";
import { MINUTE } from "./plan.ts";

type Row = { endpoint: string; webhook_id: string; state: string; attempt: number };

/** A request may take so long, in milliseconds: the log begins when its first one is sent. */
const REQUEST_MS = 5 * MINUTE;

/**
 * Whether an alert is about the past, as far as that is certain: about what happened before the
 * first run, or what was too old when it was recorded.
 */
function isPast(
  { date, recordedAt }: SeenAlert,
  { plan: { kinds, options }, world: { askedFrom } }: Finished,
): boolean | undefined {
  const at = typeof date === "string" ? parseDate(date) : undefined;
  if (at === undefined) return undefined;
  if (recordedAt - at > options.maxAlertAgeMs) return true;
  // A clock that is set, or a copy from before the first run, moves the beginning.
  if (kinds.has("clock") || kinds.has("restore")) return undefined;
  const begun = askedFrom + options.backfillMs;
  return at < begun - REQUEST_MS ? true : at >= begun ? false : undefined;
}

/** Nothing about the past pages anybody: such alerts are marked, and no others. */
function checkMarks(finished: Finished): string[] {
  return [...finished.world.books.alerts.rows.values()].flatMap((alert) => {
    const { id, key, date, backfilled } = alert;
    const past = key === null ? false : isPast(alert, finished);
    return past === undefined || past === backfilled
      ? []
      : [`about ${past ? "the past" : "news"}, but marked ${backfilled}: ${id} of ${date}`];
  });
}

/**
 * Promise 3: each alert reaches each endpoint that wants it at least once or becomes a dead letter;
 * one id for each. No other alert reaches it.
 */
export function checkDeliveries(finished: Finished): string[] {
  const { plan, world, storage } = finished;
  const wrong = checkMarks(finished);
  const rows = new Map(
    storage.sql.all<Row>(`SELECT endpoint, webhook_id, state, attempt FROM outbox`)
      .map((row) => [`${row.endpoint} ${row.webhook_id}`, row]),
  );
  const kept = new Set(
    storage.sql.all<{ id: string }>(`SELECT id FROM alerts`).map(({ id }) => id),
  );
  const wasAbsent = plan.kinds.has("reconfigured");
  for (const endpoint of world.endpoints) {
    const { name, minLevel, backfilled, retryScheduleMs } = endpoint.config;
    wrong.push(...endpoint.wrong.map((line) => `${name}: ${line}`));
    for (const alert of world.books.alerts.rows.values()) {
      if (!alert.endpoints.includes(name) || rank(alert.level) < rank(minLevel)) continue;
      const { id } = alert;
      const say = (what: string) => wrong.push(`${name}: ${what}: ${id} (${alert.ruleId})`);
      const row = rows.get(`${name} ${id}`);
      const got = endpoint.received.get(id);
      const state = row?.state ?? world.books.ends.get(`${name} ${id}`);
      if (alert.backfilled && !backfilled) {
        // Before the log was restored from a copy, it may have been news.
        const isSent = row !== undefined || (got !== undefined && !plan.kinds.has("restore"));
        if (isSent) say("sent, although it is about the past");
        continue;
      }
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

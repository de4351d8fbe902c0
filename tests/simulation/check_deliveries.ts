import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import type { Finished } from "./check.ts";
import type { Bookkeeper, SeenAlert } from "./bookkeeper.ts";
import { isOwn } from "./check_folds.ts";
import type { EndpointModel } from "./endpoint_model.ts";
import { foldMsOf } from "./folding.ts";
import { isMeantFor } from "./owed.ts";
import { HOUR, MINUTE } from "./plan.ts";

type Row = { endpoint: string; webhook_id: string; state: string; attempt: number };

/** A request may take so long, in milliseconds: the log begins when its first one is sent. */
const REQUEST_MS = 5 * MINUTE;

/**
 * Whether an alert is about the past, as far as that is certain: about what happened before the
 * first run, or what was too old when it was recorded.
 */
function isPast(
  { date, recordedAt, group }: SeenAlert,
  { plan: { kinds, options }, world: { askedFrom } }: Finished,
): boolean | undefined {
  const at = typeof date === "string" ? parseDate(date) : undefined;
  if (at === undefined) return undefined;
  const age = recordedAt - at;
  // A condition that waits for the end of a window is news from there.
  if (group !== undefined && age <= options.maxAlertAgeMs + HOUR) {
    if (age > options.maxAlertAgeMs) return undefined;
  } else if (age > options.maxAlertAgeMs) return true;
  // A clock that is set, or a copy from before the first run, moves the beginning.
  if (kinds.has("clock") || kinds.has("restore")) return undefined;
  const begun = askedFrom + options.backfillMs;
  return at < begun - REQUEST_MS ? true : at >= begun ? false : undefined;
}

/**
 * An endpoint that asks for time costs its messages no place in their schedules. A message that was
 * cancelled during an attempt has its place, and nothing says how that attempt ended.
 */
function checkPlaces({ storage }: Finished): string[] {
  return storage.sql.all<{ webhook_id: string; round: number; counted: number }>(
    `SELECT webhook_id, round, counted FROM (
      SELECT *, (
        SELECT COUNT(*) FROM attempts
          WHERE message = outbox.id AND COALESCE(status, 0) NOT IN (429, 503)
      ) + (state = 'leased') AS counted FROM outbox
          WHERE attempt <= 20 AND state <> 'cancelled') WHERE round > counted`,
  ).map(({ webhook_id, round, counted }) =>
    `place ${round} of the schedule after ${counted} attempts that count: ${webhook_id}`
  );
}

/** Nothing about the past pages anybody: such alerts are marked, and no others. */
function checkMarks(finished: Finished): string[] {
  return [...finished.world.books.alerts.rows.values()].flatMap((alert) => {
    const { id, ruleId, key, date, backfilled } = alert;
    const past = key === null ? false : isPast(alert, finished);
    return past === undefined || past === backfilled ? [] : [
      `about ${
        past ? "the past" : "news"
      }, but marked ${backfilled}: ${id} of ${date} by ${ruleId}`,
    ];
  });
}

/**
 * Promise 3: each alert reaches each endpoint that wants it at least once or becomes a dead letter;
 * one id for each. No other alert reaches it.
 */
export function checkDeliveries(finished: Finished): string[] {
  const { plan, world, storage } = finished;
  const wrong = [...checkMarks(finished), ...checkPlaces(finished)];
  const rows = new Map(
    storage.sql.all<Row>(`SELECT endpoint, webhook_id, state, attempt FROM outbox`)
      .map((row) => [`${row.endpoint} ${row.webhook_id}`, row]),
  );
  const kept = new Set(
    storage.sql.all<{ id: string }>(`SELECT id FROM alerts`).map(({ id }) => id),
  );
  const wasAbsent = plan.kinds.has("reconfigured");
  // What a small log had to remove may be found again, as news once the clock is right.
  const news = new Set(
    world.books.alerts.rows.values().filter((one) => !one.backfilled).map(({ id }) => id),
  );
  for (const endpoint of world.endpoints) {
    const { name, backfilled, retryScheduleMs, digestMs } = endpoint.config;
    wrong.push(...endpoint.wrong.map((line) => `${name}: ${line}`));
    for (const id of endpoint.changed) {
      if (!world.books.isAgain(id)) wrong.push(`${name}: ${id} came with two bodies`);
    }
    const checkMessage = (id: string, about: string, isKept: boolean) => {
      const say = (what: string) => wrong.push(`${name}: ${what}: ${id} (${about})`);
      const row = rows.get(`${name} ${id}`);
      const got = endpoint.received.get(id);
      const state = row?.state ?? world.books.ends.get(`${name} ${id}`);
      if (row === undefined && isKept) say("never queued");
      else if (state === undefined) {
        if (got === undefined) say("never delivered, and removed from the log");
      } else if (state === "delivered") {
        if ((got?.accepted ?? 0) === 0) say("delivered, but the endpoint never accepted it");
      } else if (state === "dead") {
        // After three refusals for good, after the last try of the schedule, or as old as the log.
        const isDue = row === undefined || plan.forgets ||
          row.attempt >= Math.min(3, retryScheduleMs.length);
        if (!isDue) say(`given up after ${row?.attempt} attempts`);
      } else if (state === "cancelled") {
        if (!wasAbsent) say("cancelled, but the endpoint was always configured");
      } else say(`still ${state}`);
    };
    for (const alert of world.books.alerts.rows.values()) {
      const { id } = alert;
      if (isMeantFor(alert, endpoint)) {
        // checkFolds() looks at those that are only counted.
        const mayFold = foldMsOf(alert, plan) > 0 || (alert.key !== null && digestMs > 0);
        if (mayFold && !isOwn(alert, endpoint, finished)) continue;
        // One that can never be formatted may not be given up yet: silences are found until the end.
        const isBroken = alert.user === "breaks-body" && alert.since > 0;
        if (isBroken && rows.get(`${name} ${id}`)?.state === "waiting") continue;
        checkMessage(id, alert.ruleId, kept.has(id));
      } else if (alert.backfilled && !backfilled && !news.has(id)) {
        // Before the log was restored from a copy, it may have been news.
        const isSent = rows.has(`${name} ${id}`) ||
          (endpoint.received.has(id) && !plan.kinds.has("restore"));
        if (isSent) wrong.push(`${name}: sent, although it is about the past: ${id}`);
      }
    }
    for (const [id, { endpoint: to, data }] of world.books.folded) {
      if (to === name) checkMessage(id, `${data.count} repeats`, false);
    }
    wrong.push(...checkReceived(endpoint, world.books));
  }
  return wrong;
}

/** What arrived is an alert that was raised, or a count of repeats, with its own id. */
function checkReceived({ config, received }: EndpointModel, books: Bookkeeper): string[] {
  const wrong: string[] = [];
  for (const [id, { body }] of received) {
    if (!books.hasMessage(id)) {
      wrong.push(`${config.name}: nothing has the id ${id}`);
    }
    const { data } = JSON.parse(body);
    const counted = books.folded.get(id)?.data;
    const isOther = data.id !== id || (counted !== undefined && data.count !== counted.count);
    if (isOther) wrong.push(`${config.name}: something else with the id ${id}`);
  }
  return wrong;
}

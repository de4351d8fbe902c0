import type { Alert } from "../alert/alert.ts";
import { type AlertChange, type AlertState, withChange } from "../alert/alert_state.ts";
import { isLarger } from "../alert/shorten.ts";
import { countAlerts } from "./alert_counts.ts";
import { insertRows } from "./insert_rows.ts";
import { lastThatFits } from "./last_that_fits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Columns, Sql, SqlValue } from "./sql.ts";

/** An alert to store, and the event that it is about. */
export interface NewAlert {
  /** The alert. */
  readonly alert: Alert;
  /** The seq of the event that matched; null for an operational alert. */
  readonly eventSeq: number | null;
  /** The date of that event, in milliseconds since the Unix epoch; null where it has none. */
  readonly at: number | null;
}

/** One alert as the log keeps it. */
export interface StoredAlert {
  /** Its place among the alerts, from 1; never reused within an epoch. */
  readonly seq: number;
  /** The alert's own id, which is also the `webhook-id` of its messages. */
  readonly id: string;
  /** The id of the rule that matched. */
  readonly ruleId: string;
  /** The rule's level. */
  readonly level: string;
  /**
   * The date of the event that matched, in milliseconds since the Unix epoch; null where it has
   * none.
   */
  readonly at: number | null;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The seq of the event that matched; null for an operational alert. */
  readonly eventSeq: number | null;
  /** What people have made of it. */
  readonly state: AlertState;
  /** The alert as JSON. */
  readonly body: string;
}

const utf8 = new TextEncoder();

/** A bound string may have 2 MB, and an id takes 35 characters. */
const MAX_IDS = 50_000;

/** A row may have 2 MB in a Durable Object; this leaves room for the other columns. */
const MAX_BODY_BYTES = 1_900_000;

const COLUMNS =
  "seq, id, rule_id AS ruleId, level, at, recorded_at AS recordedAt, event_seq AS eventSeq, state, body";

/**
 * The alerts among some that are not stored, each once.
 *
 * @param sql The database.
 * @param alerts The alerts.
 * @returns Those that are new, in the same order.
 */
export function newAlerts<T extends NewAlert>(sql: Sql, alerts: readonly T[]): T[] {
  const known = new Set<string>();
  for (let start = 0; start < alerts.length; start += MAX_IDS) {
    const ids = alerts.slice(start, start + MAX_IDS).map(({ alert }) => alert.id);
    const there = sql.all<{ id: string }>(
      `SELECT id FROM alerts WHERE id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(ids),
    );
    for (const { id } of there) known.add(id);
  }
  return alerts.filter(({ alert: { id } }) => !known.has(id) && known.add(id));
}

/**
 * Stores alerts, and counts them. It has to run inside the transaction that records their events.
 *
 * @param sql The database.
 * @param alerts The alerts; one whose id is already stored is left out.
 * @param now Milliseconds since the Unix epoch.
 * @returns The alerts that were new.
 */
export function addAlerts(sql: Sql, alerts: readonly NewAlert[], now: number): NewAlert[] {
  const added = newAlerts(sql, alerts);
  if (added.length === 0) return added;
  const last = readNumber(sql, "alert_seq", 0);
  const rows = added.map(({ alert, at, eventSeq }, index): SqlValue[] => {
    const { id, rule, level } = alert;
    return [last + index + 1, now, id, rule.id, level, at, eventSeq, bodyOf(alert)];
  });
  insertRows(sql, {
    table: "alerts",
    columns: ["seq", "recorded_at", "id", "rule_id", "level", "at", "event_seq", "body"],
  }, rows);
  writeMeta(sql, "alert_seq", last + added.length);
  countAlerts(sql, added.map(({ alert }) => alert), now);
  return added;
}

/**
 * Without what matched, which can be found again in the events, where a row cannot hold both; and
 * with only the first events of a correlation, where it cannot hold them all: the log has them.
 */
function bodyOf(alert: Alert): string {
  const body = JSON.stringify(alert);
  if (!isLarger(body, MAX_BODY_BYTES)) return body;
  const rest = { ...alert, matched: [], events: [] };
  let left = MAX_BODY_BYTES - bytesOf(rest);
  const events = alert.events.filter((event) => (left -= bytesOf(event) + 1) >= 0);
  return JSON.stringify({ ...rest, events });
}

function bytesOf(value: unknown): number {
  return utf8.encode(JSON.stringify(value)).length;
}

/**
 * Reads up to `limit` alerts after a seq, in order of seq, `maxBytes` in all; see `lastThatFits()`;
 * only those in a state, if one is given.
 */
export function alertsAfter(
  sql: Sql,
  after: number,
  limit: number,
  maxBytes?: number,
  state?: AlertState,
): StoredAlert[] {
  const last = lastThatFits(sql, "alerts", after, limit, maxBytes, state);
  return last === undefined ? [] : sql.all<Columns<StoredAlert>>(
    `SELECT ${COLUMNS} FROM alerts
      WHERE seq > ? AND seq <= ? ${state === undefined ? "" : "AND state = ?"} ORDER BY seq`,
    after,
    last,
    ...(state === undefined ? [] : [state]),
  );
}

/** Who has put an alert into which state, oldest first; undefined if there is no such alert. */
export function alertChanges(sql: Sql, id: string): readonly AlertChange[] | undefined {
  const [row] = sql.all<{ history: string | null }>(
    `SELECT history FROM alerts LEFT JOIN alert_changes ON alert = id WHERE id = ?`,
    id,
  );
  if (row === undefined) return undefined;
  return row.history === null ? [] : JSON.parse(row.history) as AlertChange[];
}

/**
 * Puts an alert into a state.
 *
 * @param sql The database, within a transaction.
 * @param id The alert's id.
 * @param change The state, with who and when.
 * @returns The changes with this one; undefined if there is no such alert.
 */
export function changeAlert(
  sql: Sql,
  id: string,
  change: AlertChange,
): readonly AlertChange[] | undefined {
  const before = alertChanges(sql, id);
  if (before === undefined) return undefined;
  const history = withChange(before, change);
  if (history === before) return before;
  sql.run(`UPDATE alerts SET state = ? WHERE id = ?`, change.state, id);
  sql.run(
    `INSERT OR REPLACE INTO alert_changes (alert, history) VALUES (?, ?)`,
    id,
    JSON.stringify(history),
  );
  return history;
}

/** Reads one alert by its id. */
export function alertById(sql: Sql, id: string): StoredAlert | undefined {
  return sql.all<Columns<StoredAlert>>(`SELECT ${COLUMNS} FROM alerts WHERE id = ?`, id)[0];
}

import type { AlertLevel } from "../alert/alert.ts";
import { isFolded } from "../alert/suppression.ts";
import { type FoldedAbout, toFoldedAlerts } from "../alert/to_folded_alerts.ts";
import { queueMessages } from "./outbox_table.ts";
import type { Sql } from "./sql.ts";

/** An alert that is about to notify, unless it is folded into a window. */
export interface FoldEntry {
  /** The name of the endpoint; empty for the mark that the alert itself gets. */
  readonly scope: string;
  /** What the alert repeats; see `Suppression.key`. */
  readonly group: string;
  /** For how long its repeats are folded, in milliseconds. */
  readonly forMs: number;
  /** The alert's id. */
  readonly id: string;
  /** What the message that closes the window says of it; absent if there is none to be. */
  readonly about?: FoldedAbout;
}

/** What bounds the windows, and the messages that close them. */
export interface FoldOptions {
  /**
   * How many windows may be open; above it, those that end first are closed early: what was folded
   * into them is told, and their next alert notifies.
   */
  readonly maxWindows: number;
  /**
   * When the message that tells a count is due, in milliseconds since the Unix epoch, by the name of
   * the endpoint and the level of the alerts; default at once.
   */
  readonly dueAt?: ((endpoint: string, level: AlertLevel) => number) | undefined;
}

/** What became of the entries. */
export interface FoldOutcome {
  /** For each entry the id of the alert that opened the window it was folded into, or null. */
  readonly foldedInto: readonly (string | null)[];
  /** How many windows were closed before their time, since there were too many. */
  readonly closedEarly: number;
}

/** The message that closed a window, as the log keeps it. */
export interface StoredFoldedAlerts {
  /** When it was closed, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The `FoldedAlerts` as JSON. */
  readonly body: string;
}

type Row = {
  scope: string;
  group: string;
  first: string;
  openedAt: number;
  endsAt: number;
  folded: number;
  last: string | null;
  about: string | null;
};

/** A bound string may have 2 MB, and a row takes up to 5 KB. */
const MAX_ROWS = 200;
/** How many windows are read and closed at a time at most. */
const MAX_CLOSED = 500;

const COLUMNS =
  `scope, "group", first, opened_at AS openedAt, ends_at AS endsAt, folded, last, about`;

/**
 * Folds alerts into the windows of their groups, and opens windows for the others. It has to run in
 * the transaction that stores the alerts.
 *
 * @param sql The database.
 * @param entries The alerts in the order in which they are recorded.
 * @param now Milliseconds since the Unix epoch.
 * @param options What bounds the windows.
 * @returns What became of each.
 */
export function foldAlerts(
  sql: Sql,
  entries: readonly FoldEntry[],
  now: number,
  { maxWindows, dueAt }: FoldOptions,
): FoldOutcome {
  const windows = windowsOf(sql, entries);
  const changed = new Set<string>();
  const closed: Row[] = [];
  const foldedInto = entries.map(({ scope, group, forMs, id, about }) => {
    const key = keyOf(scope, group);
    const open = windows.get(key);
    changed.add(key);
    if (isFolded(open, now, forMs)) {
      windows.set(key, { ...open, folded: open.folded + 1, last: id });
      return open.first;
    }
    if (open !== undefined) closed.push(open);
    windows.set(key, {
      scope,
      group,
      first: id,
      openedAt: now,
      endsAt: now + forMs,
      folded: 0,
      last: null,
      about: about === undefined ? null : JSON.stringify(about),
    });
    return null;
  });
  tell(sql, closed, now, dueAt);
  save(sql, [...changed].flatMap((key) => windows.get(key) ?? []));
  const closedEarly = foldedInto.includes(null) ? makeRoom(sql, now, { maxWindows, dueAt }) : 0;
  return { foldedInto, closedEarly };
}

/**
 * Closes windows whose time is over: a message tells what was folded into them.
 *
 * @param sql The database, within a transaction.
 * @param now Milliseconds since the Unix epoch.
 * @param options When the messages are due.
 */
export function closeFolds(
  sql: Sql,
  now: number,
  { dueAt }: Pick<FoldOptions, "dueAt"> = {},
): void {
  close(sql, { endBy: now, limit: MAX_CLOSED, dueAt }, now);
}

/**
 * When the next window ends into which something was folded.
 *
 * @param sql The database.
 * @returns Milliseconds since the Unix epoch; undefined if there is none.
 */
export function foldsDueAt(sql: Sql): number | undefined {
  return sql.all<{ at: number | null }>(
    `SELECT MIN(ends_at) AS at FROM fold_windows WHERE folded > 0 AND scope <> ''`,
  )[0]?.at ?? undefined;
}

/** Follows a clock that was set back by some milliseconds; see `followClock()`. */
export function shiftWindows(sql: Sql, now: number, backBy: number): void {
  sql.run(
    `UPDATE fold_windows SET opened_at = MIN(opened_at, ?1), ends_at = MAX(?1, ends_at - ?2)
      WHERE opened_at > ?1`,
    now,
    backBy,
  );
}

/** How many windows are open. */
export function countWindows(sql: Sql): number {
  return sql.all<{ n: number }>(`SELECT COUNT(*) AS n FROM fold_windows`)[0]?.n ?? 0;
}

/** Into how many of them something was folded that is still to be told. */
export function countFolds(sql: Sql): number {
  return sql.all<{ n: number }>(
    `SELECT COUNT(*) AS n FROM fold_windows WHERE folded > 0 AND scope <> ''`,
  )[0]?.n ?? 0;
}

/** Forgets windows that have ended and have nothing to tell. */
export function pruneWindows(sql: Sql, now: number): void {
  sql.run(`DELETE FROM fold_windows WHERE ends_at <= ? AND (folded = 0 OR scope = '')`, now);
}

/** Reads the message that closed a window by its id. */
export function foldedMessage(sql: Sql, id: string): StoredFoldedAlerts | undefined {
  return sql.all<{ recordedAt: number; body: string }>(
    `SELECT recorded_at AS recordedAt, body FROM folded_messages WHERE id = ?`,
    id,
  )[0];
}

function windowsOf(sql: Sql, entries: readonly FoldEntry[]): Map<string, Row> {
  const found = new Map<string, Row>();
  for (let start = 0; start < entries.length; start += MAX_ROWS) {
    const keys = entries.slice(start, start + MAX_ROWS).map(({ scope, group }) => [scope, group]);
    const rows = sql.all<Row>(
      `SELECT ${COLUMNS} FROM fold_windows WHERE (scope, "group") IN (
        SELECT value->>0, value->>1 FROM json_each(?))`,
      JSON.stringify(keys),
    );
    for (const row of rows) found.set(keyOf(row.scope, row.group), row);
  }
  return found;
}

function save(sql: Sql, rows: readonly Row[]): void {
  for (let start = 0; start < rows.length; start += MAX_ROWS) {
    const some = rows.slice(start, start + MAX_ROWS).map((row) => [
      row.scope,
      row.group,
      row.first,
      row.openedAt,
      row.endsAt,
      row.folded,
      row.last,
      row.about,
    ]);
    sql.run(
      `INSERT OR REPLACE INTO fold_windows
        (scope, "group", first, opened_at, ends_at, folded, last, about)
        SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6,
          value->>7 FROM json_each(?)`,
      JSON.stringify(some),
    );
  }
}

/** Closes windows if there are too many; returns how many of them had not ended. */
function makeRoom(sql: Sql, now: number, { maxWindows, dueAt }: FoldOptions): number {
  if (countWindows(sql) <= maxWindows) return 0;
  pruneWindows(sql, now);
  const excess = Math.max(0, countWindows(sql) - maxWindows);
  // A page can bring thousands at once: they are not held in memory together.
  for (let left = excess; left > 0; left -= MAX_CLOSED) {
    const limit = Math.min(left, MAX_CLOSED);
    close(sql, { endBy: Number.MAX_SAFE_INTEGER, limit, dueAt }, now);
  }
  return excess;
}

/** Closes windows that end by a time, those that end first. */
function close(
  sql: Sql,
  { endBy, limit, dueAt }: Pick<FoldOptions, "dueAt"> & { endBy: number; limit: number },
  now: number,
): void {
  const rows = sql.all<Row>(
    `SELECT ${COLUMNS} FROM fold_windows WHERE ends_at <= ? ORDER BY ends_at LIMIT ?`,
    endBy,
    limit,
  );
  if (rows.length === 0) return;
  sql.run(
    `DELETE FROM fold_windows WHERE (scope, "group") IN (
      SELECT value->>0, value->>1 FROM json_each(?))`,
    JSON.stringify(rows.map(({ scope, group }) => [scope, group])),
  );
  tell(sql, rows, now, dueAt);
}

/** Stores and queues a message about each window of an endpoint into which something was folded. */
function tell(
  sql: Sql,
  rows: readonly Row[],
  now: number,
  dueAt: FoldOptions["dueAt"] = () => now,
): void {
  const messages = rows.flatMap(({ scope, first, last, folded, openedAt, about }) => {
    if (scope === "" || last === null || about === null) return [];
    const window = { endpoint: scope, first, last, count: folded, openedAt, closedAt: now };
    return [{ endpoint: scope, data: toFoldedAlerts(JSON.parse(about), window) }];
  });
  for (const { data } of messages) {
    sql.run(
      `INSERT OR IGNORE INTO folded_messages (id, recorded_at, body) VALUES (?, ?, ?)`,
      data.id,
      now,
      JSON.stringify(data),
    );
  }
  queueMessages(
    sql,
    messages.map(({ endpoint, data }) => ({
      endpoint,
      webhookId: data.id,
      level: data.level,
      dueAt: dueAt(endpoint, data.level),
    })),
    now,
  );
}

function keyOf(scope: string, group: string): string {
  return `${group} ${scope}`;
}

import type { AlertState } from "../alert/alert_state.ts";
import type { Columns, Sql } from "./sql.ts";

/** What an operator can change. */
export const CHANGE_KINDS = [
  "endpoint.created",
  "endpoint.changed",
  "endpoint.removed",
  "endpoint.resumed",
  "endpoint.tested",
  "deliveries.redelivered",
  "rules.uploaded",
  "rules.reset",
  "silence.added",
  "silence.removed",
  "alert.state",
  "epoch.raised",
  "restore.begun",
  "restore.done",
  "restore.abandoned",
] as const;

/** One of them. */
export type ChangeKind = typeof CHANGE_KINDS[number];

/** Something that an operator has changed. */
export interface NewChange {
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The name of the token. */
  readonly by: string;
  /** What. */
  readonly what: ChangeKind;
  /** The name or id of what it is about. */
  readonly about: string;
  /** Further facts, such as the members that have changed: never a value that may be secret. */
  readonly details: readonly string[];
}

/** A change as the log keeps it. */
export interface StoredChange extends NewChange {
  /** Its number, from 1. */
  readonly seq: number;
}

/** How many changes are kept, the latest ones. */
export const MAX_CHANGES = 10_000;

/** Adds a change; it has to run in the transaction that makes the change. */
export function addChange(sql: Sql, { at, by, what, about, details }: NewChange): void {
  const [added] = sql.all<{ seq: number }>(
    `INSERT INTO changes (at, "by", what, about, details) VALUES (?, ?, ?, ?, ?) RETURNING seq`,
    at,
    by,
    what,
    about,
    JSON.stringify(details),
  );
  sql.run(`DELETE FROM changes WHERE seq <= ?`, (added?.seq ?? 0) - MAX_CHANGES);
}

/** A state that somebody has put an alert into. */
export interface AlertStateChange extends Pick<StoredChange, "seq" | "at" | "by"> {
  /** The alert's id. */
  readonly alert: string;
  /** The state. */
  readonly state: AlertState;
}

/** States that alerts were put into. */
export interface AlertStateChanges {
  /** The changes, oldest first. */
  readonly states: readonly AlertStateChange[];
  /** The number after which to go on. */
  readonly next: number;
  /** Whether some changes after the number that was asked for are no longer kept. */
  readonly missed: boolean;
}

/**
 * Lists the states that alerts were put into.
 *
 * @param sql The database.
 * @param after Only changes above this number; undefined for the latest ones.
 * @param limit The maximum number of changes.
 * @returns The changes; the latest ones if some after that number are no longer kept, or if the log
 *   has never given it out.
 */
export function alertStatesAfter(
  sql: Sql,
  after: number | undefined,
  limit: number,
): AlertStateChanges {
  const [{ first, last } = { first: 1, last: 0 }] = sql.all<{ first: number; last: number }>(
    `SELECT COALESCE(min(seq), 1) AS first, COALESCE(max(seq), 0) AS last FROM changes`,
  );
  const missed = after !== undefined && (after > last || after + 1 < first);
  const isLatest = after === undefined || missed;
  const states = sql.all<Columns<Omit<AlertStateChange, "state">> & { details: string }>(
    `SELECT seq, at, "by", about AS alert, details FROM changes
      WHERE seq > ? AND what = 'alert.state' ORDER BY seq ${isLatest ? "DESC" : ""} LIMIT ?`,
    isLatest ? 0 : after,
    limit,
  ).map(({ details, ...row }) => ({ ...row, state: JSON.parse(details)[0] as AlertState }));
  if (isLatest) return { states: states.reverse(), next: last, missed };
  return { states, next: states.length < limit ? last : states.at(-1)?.seq ?? last, missed };
}

/** Lists changes below a number, newest first. */
export function changesBefore(sql: Sql, before: number, limit: number): StoredChange[] {
  return sql.all<Columns<Omit<StoredChange, "details">> & { details: string }>(
    `SELECT seq, at, "by", what, about, details FROM changes WHERE seq < ?
      ORDER BY seq DESC LIMIT ?`,
    before,
    limit,
  ).map(({ details, ...row }) => ({ ...row, details: JSON.parse(details) }));
}

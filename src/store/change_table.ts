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

/** Lists changes below a number, newest first. */
export function changesBefore(sql: Sql, before: number, limit: number): StoredChange[] {
  return sql.all<Columns<Omit<StoredChange, "details">> & { details: string }>(
    `SELECT seq, at, "by", what, about, details FROM changes WHERE seq < ?
      ORDER BY seq DESC LIMIT ?`,
    before,
    limit,
  ).map(({ details, ...row }) => ({ ...row, details: JSON.parse(details) }));
}

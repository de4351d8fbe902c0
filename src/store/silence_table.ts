import type { Silence } from "../alert/silence.ts";
import type { Sql } from "./sql.ts";

/** A silence, with what it has done. */
export interface StoredSilence extends Silence {
  /** How many messages it has held back. */
  readonly heldBack: number;
  /** When it last held back a message, as an ISO 8601 string; null if it never has. */
  readonly lastAt: string | null;
}

/** How many silences there may be. */
export const MAX_SILENCES = 100;

/** How long one is kept that has ended, in milliseconds: a clock may be ahead. */
const KEPT_MS = 86_400_000;

type Row = { body: string; held_back: number; last_at: number | null };

/** Reads the silences that have not ended, oldest first. */
export function silencesAt(sql: Sql, now: number): StoredSilence[] {
  return sql.all<Row>(
    `SELECT body, held_back, last_at FROM silences WHERE until > ? ORDER BY created_at, id`,
    now,
  ).map(stored);
}

/**
 * Adds a silence, and forgets those that have ended long ago.
 *
 * @param sql The database, within a transaction.
 * @param silence The silence.
 * @param now Milliseconds since the Unix epoch.
 * @returns False if there are too many.
 */
export function addSilence(sql: Sql, silence: Silence, now: number): boolean {
  pruneSilences(sql, now);
  const count = sql.all<{ n: number }>(`SELECT COUNT(*) AS n FROM silences WHERE until > ?`, now);
  if ((count[0]?.n ?? 0) >= MAX_SILENCES) return false;
  sql.run(
    `INSERT INTO silences (id, until, created_at, held_back, last_at, body)
      VALUES (?, ?, ?, 0, NULL, ?)`,
    silence.id,
    Date.parse(silence.until),
    now,
    JSON.stringify(silence),
  );
  return true;
}

/** Removes a silence; returns it, or undefined if there is none. */
export function removeSilence(sql: Sql, id: string): StoredSilence | undefined {
  const [row] = sql.all<Row>(
    `DELETE FROM silences WHERE id = ? RETURNING body, held_back, last_at`,
    id,
  );
  return row === undefined ? undefined : stored(row);
}

/** Counts messages that a silence has held back. */
export function countHeldBack(sql: Sql, id: string, messages: number, now: number): void {
  sql.run(
    `UPDATE silences SET held_back = held_back + ?, last_at = ? WHERE id = ?`,
    messages,
    now,
    id,
  );
}

/** Forgets silences that have ended a day ago. */
export function pruneSilences(sql: Sql, now: number): void {
  sql.run(`DELETE FROM silences WHERE until <= ?`, now - KEPT_MS);
}

function stored({ body, held_back, last_at }: Row): StoredSilence {
  return {
    ...JSON.parse(body) as Silence,
    heldBack: held_back,
    lastAt: last_at === null ? null : new Date(last_at).toISOString(),
  };
}

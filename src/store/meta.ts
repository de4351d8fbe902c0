import type { Sql } from "./sql.ts";

/** The name of a single value that the log keeps: a counter, a mark or the epoch. */
export type MetaName =
  | "epoch"
  | "event_seq"
  | "alert_seq"
  | "invalid_seq"
  | "floor_at"
  | "correlated_to"
  | "outbox_clock";

/** Reads a number; returns `missing` if it was never written. */
export function readNumber(sql: Sql, name: MetaName, missing: number): number {
  const value = sql.all<{ value: number }>(`SELECT value FROM meta WHERE name = ?`, name)[0]?.value;
  return value ?? missing;
}

/** Reads a string; undefined if it was never written. */
export function readText(sql: Sql, name: MetaName): string | undefined {
  return sql.all<{ value: string }>(`SELECT value FROM meta WHERE name = ?`, name)[0]?.value;
}

/** Writes a value, replacing the earlier one. */
export function writeMeta(sql: Sql, name: MetaName, value: number | string): void {
  sql.run(
    `INSERT INTO meta (name, value) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    name,
    value,
  );
}

/**
 * Makes a name for one life of the log. Later names sort after earlier ones, unless the clock was
 * set back.
 *
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1), so that two logs of the same moment differ.
 * @returns 15 letters and digits.
 */
export function newEpoch(now: number, random: () => number): string {
  const time = Math.max(0, Math.floor(now)).toString(36).padStart(9, "0");
  return time + Math.floor(random() * 36 ** 6).toString(36).padStart(6, "0");
}

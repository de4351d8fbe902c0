import type { Sql } from "./sql.ts";

/** A single value that the log keeps: a counter, a mark or the epoch. */
export type MetaName =
  | "epoch"
  | "event_seq"
  | "alert_seq"
  | "invalid_seq"
  | "floor_at"
  | "outbox_clock";

/** Reads a number; `missing` where it was never written. */
export function readNumber(sql: Sql, name: MetaName, missing: number): number {
  const value = sql.all<{ value: number }>(`SELECT value FROM meta WHERE name = ?`, name)[0]?.value;
  return value ?? missing;
}

/** Reads a text, where one was written. */
export function readText(sql: Sql, name: MetaName): string | undefined {
  return sql.all<{ value: string }>(`SELECT value FROM meta WHERE name = ?`, name)[0]?.value;
}

/** Writes a value in place of the earlier one. */
export function writeMeta(sql: Sql, name: MetaName, value: number | string): void {
  sql.run(
    `INSERT INTO meta (name, value) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    name,
    value,
  );
}

/**
 * A name for one life of the log, later ones greater than earlier ones where the clock agrees.
 *
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1): two logs of one moment differ.
 * @returns Letters and digits, 15 of them.
 */
export function newEpoch(now: number, random: () => number): string {
  const time = Math.max(0, Math.floor(now)).toString(36).padStart(9, "0");
  return time + Math.floor(random() * 36 ** 6).toString(36).padStart(6, "0");
}

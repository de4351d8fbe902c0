import type { Sql } from "./sql.ts";

/** The tables that are read in order of seq, and what of a row can be long. */
const LONG_COLUMNS = {
  events: "octet_length(body)",
  alerts: "octet_length(body)",
  invalid_events: "octet_length(body) + octet_length(issues)",
};

/**
 * Finds how far a read may go, so that a few very long rows do not fill the memory. Only the lengths are looked at,
 * which SQLite knows without reading the texts.
 *
 * @param sql The database.
 * @param table The table.
 * @param after The seq to begin after.
 * @param limit The most rows.
 * @param maxBytes The most bytes of their texts in all, default any; a first row that is longer goes alone.
 * @returns The seq of the last row to be read; undefined if there is none.
 */
export function lastThatFits(
  sql: Sql,
  table: keyof typeof LONG_COLUMNS,
  after: number,
  limit: number,
  maxBytes = Infinity,
): number | undefined {
  const rows = sql.all<{ seq: number; bytes: number }>(
    `SELECT seq, ${LONG_COLUMNS[table]} AS bytes FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`,
    after,
    limit,
  );
  let last: number | undefined;
  let sum = 0;
  for (const { seq, bytes } of rows) {
    sum += bytes;
    if (last !== undefined && sum > maxBytes) break;
    last = seq;
  }
  return last;
}

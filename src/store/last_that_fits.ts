import type { Sql } from "./sql.ts";

/**
 * The tables that are read in order of seq, and the size of the part of a row that can be large.
 */
const BYTES_OF_ROW = {
  events: "octet_length(body)",
  alerts: "octet_length(body)",
  invalid_events: "octet_length(body) + octet_length(issues)",
};

/**
 * Finds how far a read may go, so that a few very large rows do not fill the memory. It asks only
 * for lengths, which SQLite knows without reading the values.
 *
 * @param sql The database.
 * @param table The table.
 * @param after The seq to start after.
 * @param limit The maximum number of rows.
 * @param maxBytes The maximum size of all rows, default unlimited; a larger first row is returned
 *   alone.
 * @param state Only alerts in this state; default all rows.
 * @returns The seq of the last row to read; undefined if there is none.
 */
export function lastThatFits(
  sql: Sql,
  table: keyof typeof BYTES_OF_ROW,
  after: number,
  limit: number,
  maxBytes = Infinity,
  state?: string,
): number | undefined {
  const rows = sql.all<{ seq: number; bytes: number }>(
    `SELECT seq, ${BYTES_OF_ROW[table]} AS bytes FROM ${table}
      WHERE seq > ? ${state === undefined ? "" : "AND state = ?"} ORDER BY seq LIMIT ?`,
    after,
    ...(state === undefined ? [] : [state]),
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

import type { Sql } from "./sql.ts";

/** The name under which the log keeps the rules that an operator has uploaded. */
export const UPLOADED_RULES = "uploaded rules";

/**
 * Reads a value that is kept under a name.
 *
 * @typeParam Value What was saved.
 * @param sql The database.
 * @param name The name.
 * @returns The value; undefined if there is none.
 */
export function readCheckpoint<Value>(sql: Sql, name: string): Value | undefined {
  const [row] = sql.all<{ value: string }>(`SELECT value FROM checkpoints WHERE name = ?`, name);
  return row === undefined ? undefined : JSON.parse(row.value) as Value;
}

/**
 * Keeps a value under a name, instead of the earlier one.
 *
 * @param sql The database.
 * @param name The name.
 * @param value JSON data.
 */
export function saveCheckpoint(sql: Sql, name: string, value: unknown): void {
  sql.run(
    `INSERT INTO checkpoints (name, value) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    name,
    JSON.stringify(value),
  );
}

/**
 * Forgets the value that is kept under a name, if there is one.
 *
 * @param sql The database.
 * @param name The name.
 */
export function removeCheckpoint(sql: Sql, name: string): void {
  sql.run(`DELETE FROM checkpoints WHERE name = ?`, name);
}

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
  const text = textOf(sql, name);
  return text === undefined ? undefined : JSON.parse(text) as Value;
}

function textOf(sql: Sql, name: string): string | undefined {
  return sql.all<{ value: string }>(`SELECT value FROM checkpoints WHERE name = ?`, name)[0]?.value;
}

/** A longer value, such as uploaded rules, is read seldom, and takes too much room to be kept. */
const MAX_KEPT_LENGTH = 100_000;

/** Reads values that are kept under names, and parses each only once as long as it stays the same. */
export class CheckpointReader {
  readonly #sql: Sql;
  readonly #parsed = new Map<string, { readonly text: string; readonly value: unknown }>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Reads a value.
   *
   * @typeParam Value What was saved.
   * @param name The name.
   * @returns The value, which must not be changed; undefined if there is none.
   */
  read<Value>(name: string): Value | undefined {
    const text = textOf(this.#sql, name);
    if (text === undefined) return undefined;
    const known = this.#parsed.get(name);
    if (known?.text === text) return known.value as Value;
    const value: unknown = JSON.parse(text);
    if (text.length <= MAX_KEPT_LENGTH) this.#parsed.set(name, { text, value });
    return value as Value;
  }
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

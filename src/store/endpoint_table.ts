import type { Sql } from "./sql.ts";

/** An endpoint as somebody has put it into the log, secrets included: it never leaves as it is. */
export interface StoredEndpoint {
  /** Its name. */
  readonly name: string;
  /** Its members as they were given. */
  readonly config: Readonly<Record<string, unknown>>;
  /** When it was last changed, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The name of the token that changed it. */
  readonly by: string;
}

/** Reads the stored endpoints, by name. */
export function storedEndpoints(sql: Sql): StoredEndpoint[] {
  return sql.all<{ name: string; config: string; at: number; by: string }>(
    `SELECT name, config, at, "by" FROM endpoints ORDER BY name`,
  ).map(({ config, ...row }) => ({ ...row, config: JSON.parse(config) }));
}

/** Stores an endpoint in place of an earlier one with its name. */
export function saveEndpoint(sql: Sql, { name, config, at, by }: StoredEndpoint): void {
  sql.run(
    `INSERT OR REPLACE INTO endpoints (name, config, at, "by") VALUES (?, ?, ?, ?)`,
    name,
    JSON.stringify(config),
    at,
    by,
  );
}

/** Removes a stored endpoint. */
export function removeEndpoint(sql: Sql, name: string): void {
  sql.run(`DELETE FROM endpoints WHERE name = ?`, name);
}

import type { Sql } from "./sql.ts";

/** The members of an endpoint that may contain credentials: of a URL its path. */
export const SECRET_MEMBERS = ["url", "secret", "previousSecrets", "headers", "options"] as const;

/** An endpoint as somebody has put it into the log, secrets included: it never leaves as it is. */
export interface StoredEndpoint {
  /** Its name. */
  readonly name: string;
  /** Its members as they were given; without secrets if it is from a backup. */
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

/**
 * The members of an endpoint without those that may contain credentials.
 *
 * @param config The members as JSON.
 * @returns The same as JSON, with `withheld`: the names of the members that it had besides.
 */
export function withoutSecrets(config: string): string {
  const { withheld = [], ...members } = JSON.parse(config);
  const secrets = SECRET_MEMBERS.filter((name) => Object.hasOwn(members, name));
  for (const name of secrets) delete members[name];
  return JSON.stringify({ ...members, withheld: [...withheld, ...secrets] });
}

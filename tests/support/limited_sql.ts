import type { Sql, SqlRow, SqlValue } from "../../src/store/sql.ts";

const MEGABYTES = 1024 * 1024;

/**
 * Holds any database to the limits that Cloudflare publishes for the SQLite of a Durable Object,
 * which are narrower than those of the local workerd.
 */
export function limitedSql(sql: Sql): Sql {
  return {
    all: <Row extends SqlRow>(text: string, ...values: SqlValue[]) => {
      check(text, values);
      return sql.all<Row>(text, ...values);
    },
    run(text, ...values) {
      check(text, values);
      return sql.run(text, ...values);
    },
    transaction: (body) => sql.transaction(body),
    bytes: () => sql.bytes(),
  };
}

function check(text: string, values: readonly SqlValue[]): void {
  if (values.length > 100) throw new Error(`${values.length} parameters: ${text}`);
  if (text.length > 100_000) throw new Error(`A statement of ${text.length} characters`);
  if (/^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|PRAGMA|VACUUM|ATTACH)\b/i.test(text)) {
    throw new Error(`Not allowed: ${text}`);
  }
  if (text.split(/\bUNION\b/i).length > 5) throw new Error(`Too many terms: ${text}`);
  for (const value of values) {
    const size = typeof value === "string"
      ? new TextEncoder().encode(value).length
      : value instanceof Uint8Array
      ? value.length
      : 0;
    if (size > 2 * MEGABYTES) throw new Error(`A value of ${size} bytes: ${text}`);
  }
}

/// <reference path="./cloudflare.d.ts" />
import type { DurableObjectStorage } from "cloudflare:workers";
import type { Sql, SqlRow } from "../store/sql.ts";

/**
 * Puts the SQLite of a Durable Object behind the log's `Sql`.
 *
 * @param storage The object's storage; it needs the SQLite backend.
 * @returns The database.
 */
export function durableObjectSql(storage: DurableObjectStorage): Sql {
  const { sql } = storage;
  let depth = 0;
  return {
    all: <Row extends SqlRow>(statement: string, ...values: unknown[]) => {
      const rows = sql.exec(statement, ...values).toArray();
      for (const row of rows) {
        for (const name in row) {
          const value = row[name];
          if (value instanceof ArrayBuffer) (row as SqlRow)[name] = new Uint8Array(value);
        }
      }
      return rows as Row[];
    },
    run(statement, ...values) {
      const cursor = sql.exec(statement, ...values);
      cursor.toArray(); // the count is complete only at the end
      return cursor.rowsWritten;
    },
    transaction(body) {
      if (depth > 0) return body(); // a nested savepoint costs, and nothing here wants half of it undone
      depth++;
      try {
        return storage.transactionSync(body);
      } finally {
        depth--;
      }
    },
    bytes: () => sql.databaseSize,
  };
}

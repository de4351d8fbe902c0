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
      const cursor = sql.exec(statement, ...values);
      const names = cursor.columnNames;
      const rows: SqlRow[] = [];
      // A quarter less time than the cursor's own objects take.
      for (const found of cursor.raw()) {
        const row: SqlRow = {};
        for (let index = 0; index < names.length; index++) {
          const value = found[index]!;
          row[names[index]!] = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
        }
        rows.push(row);
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

/// <reference path="./cloudflare.d.ts" />
import type { DurableObjectStorage } from "cloudflare:workers";
import type { Sql, SqlRow } from "../store/sql.ts";

/**
 * Adapts the SQLite database of a Durable Object to `Sql`.
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
      // This takes a quarter less time than the objects of the cursor.
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
      cursor.toArray(); // rowsWritten is complete only at the end
      return cursor.rowsWritten;
    },
    transaction(body) {
      if (depth > 0) return body(); // a savepoint costs time, and no caller needs a partial rollback
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

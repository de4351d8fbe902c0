import { insertValues } from "./insert_values.ts";
import type { Sql, SqlValue } from "./sql.ts";

/** Inserts rows in the storage's own fastest way, or else with few wide statements. */
export function insertRows(sql: Sql, into: string, rows: readonly (readonly SqlValue[])[]): number {
  return sql.insert?.(into, rows) ?? insertValues(sql, into, rows);
}

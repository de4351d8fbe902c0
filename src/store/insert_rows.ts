import type { Sql, SqlValue } from "./sql.ts";

/** Where rows are inserted. */
export interface InsertOptions {
  /** The table; it is written by us, never by input. */
  readonly table: string;
  /** Its columns, in the order of the values of a row. The first counts up by one from row to row. */
  readonly columns: readonly string[];
}

/** A Durable Object binds at most so many values in one statement. */
const MOST_VALUES = 100;
/** More rows in one statement save no more time. */
const MOST_ROWS = 32;

/**
 * Inserts rows in the storage's own fastest way, or else several with one statement: in workerd a statement costs
 * more than the rows in it, and so does each bound value. So what is the same in all rows is bound once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nodeSql } from "../server/node_sql.ts";
 * import { insertRows } from "./insert_rows.ts";
 *
 * using sql = nodeSql(":memory:");
 * sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, by TEXT, text TEXT)");
 * const { all, run, transaction, bytes } = sql; // without a way of its own
 * insertRows({ all, run, transaction, bytes }, { table: "notes", columns: ["id", "by", "text"] }, [
 *   [7, "Ann", "one"],
 *   [8, "Ann", "two"],
 * ]);
 * assertEquals(sql.all("SELECT * FROM notes WHERE id = 8"), [{ id: 8, by: "Ann", text: "two" }]);
 * ```
 *
 * @param sql The database, within a transaction.
 * @param options Where to.
 * @param rows The values of each row, as many as there are columns.
 * @returns How many rows were written, counted as `run()` counts.
 */
export function insertRows(
  sql: Sql,
  { table, columns }: InsertOptions,
  rows: readonly (readonly SqlValue[])[],
): number {
  const [first] = rows;
  if (first === undefined) return 0;
  const into = `${table} (${columns.join(", ")})`;
  if (sql.insert !== undefined) return sql.insert(into, rows);
  const varying: number[] = [];
  for (let column = 1; column < columns.length; column++) {
    if (rows.some((row) => row[column] !== first[column])) varying.push(column);
  }
  const shared = first.filter((_, column) => !varying.includes(column));
  const fitting = Math.floor((MOST_VALUES - shared.length) / Math.max(varying.length, 1));
  const most = Math.min(fitting, MOST_ROWS);
  const places = placesOf(columns.length, varying, Math.min(most, rows.length));
  let written = 0;
  for (let start = 0; start < rows.length; start += most) {
    const count = Math.min(most, rows.length - start);
    const values = [...shared];
    values[0] = rows[start]![0]!;
    for (let index = start; index < start + count; index++) {
      const row = rows[index]!;
      for (const column of varying) values.push(row[column]!);
    }
    // Rows before one that fails are not taken back, which is for the transaction to do: so SQLite need not copy each page
    // that a statement changes.
    written += sql.run(
      `INSERT OR FAIL INTO ${into} VALUES ${places.slice(0, count).join(", ")}`,
      ...values,
    );
  }
  return written;
}

/** The places of the values of each row: the shared ones are the first, then come those that vary, row by row. */
function placesOf(columns: number, varying: readonly number[], rows: number): string[] {
  const shared = columns - varying.length;
  return Array.from({ length: rows }, (_, row) => {
    let constant = 1;
    let own = shared + row * varying.length;
    const places = Array.from({ length: columns }, (_, column) => {
      if (column === 0) return `?1 + ${row}`;
      return varying.includes(column) ? `?${++own}` : `?${++constant}`;
    });
    return `(${places.join(", ")})`;
  });
}

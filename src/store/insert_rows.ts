import { MAX_VALUES, type Sql, type SqlValue } from "./sql.ts";

/** Where rows are inserted. */
export interface InsertOptions {
  /** The table; its name is written by us, never taken from input. */
  readonly table: string;
  /** Its columns, in the order of a row's values. The first counts up by one from row to row. */
  readonly columns: readonly string[];
}

/** More rows in one statement save no more time. */
const MAX_ROWS = 16;

/**
 * Inserts rows, several with one statement: a statement costs more than the rows in it, and so does
 * each bound value in workerd. So a value that is the same in every row is bound once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nodeSql } from "../server/node_sql.ts";
 * import { insertRows } from "./insert_rows.ts";
 *
 * using sql = nodeSql(":memory:");
 * sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, by TEXT, text TEXT)");
 * insertRows(sql, { table: "notes", columns: ["id", "by", "text"] }, [
 *   [7, "Ann", "one"],
 *   [8, "Ann", "two"],
 * ]);
 * assertEquals(sql.all("SELECT * FROM notes WHERE id = 8"), [{ id: 8, by: "Ann", text: "two" }]);
 * ```
 *
 * @param sql The database, within a transaction, which has to undo the rows when one of them fails.
 * @param options The table and its columns.
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
  const varying: number[] = [];
  for (let column = 1; column < columns.length; column++) {
    if (rows.some((row) => row[column] !== first[column])) varying.push(column);
  }
  const shared = first.filter((_, column) => !varying.includes(column));
  const fitting = Math.floor((MAX_VALUES - shared.length) / Math.max(varying.length, 1));
  const size = Math.min(fitting, MAX_ROWS, rows.length);
  const places = placesOf(columns.length, varying, size);
  // A failure does not undo the rows before it, which is left to the transaction: so SQLite need
  // not copy each page that a statement changes.
  const insert = `INSERT OR FAIL INTO ${table} (${columns.join(", ")}) VALUES `;
  const insertAll = insert + places.join(", ");
  let written = 0;
  for (let start = 0; start < rows.length; start += size) {
    const some = rows.slice(start, start + size);
    const values = [...shared];
    for (const [index, row] of some.entries()) {
      if (index === 0) values[0] = row[0]!;
      for (const column of varying) values.push(row[column]!);
    }
    const statement = some.length === size
      ? insertAll
      : insert + places.slice(0, some.length).join(", ");
    written += sql.run(statement, ...values);
  }
  return written;
}

/**
 * The placeholders of each row: the shared values come first, then the varying ones, row by row.
 */
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

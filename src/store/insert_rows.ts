import type { Sql, SqlValue } from "./sql.ts";

/** What is inserted. */
export interface InsertOptions {
  /** The table; it is written by us, never by input. */
  readonly table: string;
  /** The column that counts up from a number, one for each row. */
  readonly counter: readonly [column: string, first: number];
  /** The column that has the same value in all rows. */
  readonly same: readonly [column: string, value: SqlValue];
  /** The columns that differ from row to row. */
  readonly columns: readonly string[];
}

/** A bound text may have 2 MB, and no character takes more than three bytes in JSON; a longer row goes alone. */
const MOST_UNITS = 600_000;

/**
 * Inserts rows in the storage's own fastest way, or else as JSON with one statement for all: in workerd a
 * statement costs more than the rows in it, and so does each bound value.
 *
 * @param sql The database, within a transaction.
 * @param options Where to.
 * @param rows The values of each row, texts, numbers and nulls, as many as `columns`.
 * @returns How many rows were written, counted as `run()` counts.
 */
export function insertRows(
  sql: Sql,
  options: InsertOptions,
  rows: readonly (readonly SqlValue[])[],
): number {
  const { table, counter: [counter, first], same: [same, value], columns } = options;
  const into = `${table} (${[counter, same, ...columns].join(", ")})`;
  const whole = (row: readonly SqlValue[], index: number) => [first + index, value, ...row];
  if (sql.insert !== undefined) return sql.insert(into, rows.map(whole));
  let written = 0;
  let start = 0;
  while (start < rows.length) {
    let end = start;
    for (let units = 0; end < rows.length; end++) {
      units += unitsOf(rows[end]!);
      if (units > MOST_UNITS) break;
    }
    if (end <= start + 1) {
      end = start + 1;
      const places = Array(columns.length + 2).fill("?").join(", ");
      written += sql.run(`INSERT INTO ${into} VALUES (${places})`, ...whole(rows[start]!, start));
    } else {
      const values = columns.map((_, index) => `value->>${index}`).join(", ");
      written += sql.run(
        `INSERT INTO ${into} SELECT ? + key, ?, ${values} FROM json_each(?)`,
        first + start,
        value,
        JSON.stringify(rows.slice(start, end)),
      );
    }
    start = end;
  }
  return written;
}

function unitsOf(row: readonly SqlValue[]): number {
  let units = 50;
  for (const value of row) if (typeof value === "string") units += value.length;
  return units;
}

import type { Sql, SqlValue } from "./sql.ts";

/** Where rows are inserted. */
export interface InsertOptions {
  /** The table; it is written by us, never by input. */
  readonly table: string;
  /**
   * Its columns, in the order of the values of a row. The first counts up by one from row to row, and the second has the
   * same value in all: what need not be read from JSON is not.
   */
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
 * @param rows The values of each row, texts, numbers and nulls, as many as there are columns.
 * @returns How many rows were written, counted as `run()` counts.
 */
export function insertRows(
  sql: Sql,
  { table, columns }: InsertOptions,
  rows: readonly (readonly SqlValue[])[],
): number {
  const into = `${table} (${columns.join(", ")})`;
  if (sql.insert !== undefined) return sql.insert(into, rows);
  const values = columns.slice(2).map((_, index) => `value->>${index + 2}`).join(", ");
  let written = 0;
  for (let start = 0; start < rows.length;) {
    const first = rows[start]!;
    let end = start;
    for (let units = 0; end < rows.length; end++) {
      units += unitsOf(rows[end]!);
      if (units > MOST_UNITS) break;
    }
    if (end <= start + 1) {
      end = start + 1;
      const places = columns.map(() => "?").join(", ");
      written += sql.run(`INSERT INTO ${into} VALUES (${places})`, ...first);
    } else {
      written += sql.run(
        `INSERT INTO ${into} SELECT ? + key, ?, ${values} FROM json_each(?)`,
        first[0]!,
        first[1]!,
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

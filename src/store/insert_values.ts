import type { Sql, SqlValue } from "./sql.ts";

/** A Durable Object binds at most so many parameters in one statement. */
const MOST_PARAMETERS = 100;

/**
 * Inserts rows with as few statements as the limit of 100 parameters allows: in workerd a statement
 * costs more than the rows in it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { insertValues } from "./insert_values.ts";
 *
 * const statements: string[] = [];
 * const run = (statement: string) => statements.push(statement);
 * insertValues({ run }, "notes (id, text)", [[1, "one"], [2, "two"]]);
 * assertEquals(statements, ["INSERT INTO notes (id, text) VALUES (?,?),(?,?)"]);
 * ```
 *
 * @param sql Where to; only `run()` is called.
 * @param into The table and its columns, such as `notes (id, text)`.
 * @param rows The values of each row, all of one length, at most 100.
 * @returns How many rows were written, as `run()` counts them.
 */
export function insertValues(
  sql: Pick<Sql, "run">,
  into: string,
  rows: readonly (readonly SqlValue[])[],
): number {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0) return 0;
  const row = `(${Array(columns).fill("?").join(",")})`;
  const most = Math.floor(MOST_PARAMETERS / columns);
  let written = 0;
  for (let start = 0; start < rows.length; start += most) {
    const some = rows.slice(start, start + most);
    const places = Array(some.length).fill(row).join(",");
    written += sql.run(`INSERT INTO ${into} VALUES ${places}`, ...some.flat());
  }
  return written;
}

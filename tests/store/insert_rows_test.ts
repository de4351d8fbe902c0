import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nodeSql } from "../../src/server/node_sql.ts";
import { insertRows } from "../../src/store/insert_rows.ts";
import { limitedSql } from "../support/limited_sql.ts";

const value = fc.constantFrom(null, 0, 1, "", "a", "é", 2 ** 53 - 1);

Deno.test("insertRows() writes every row as it is, whatever its columns have in common", () => {
  const columns = fc.integer({ min: 0, max: 7 }).chain((others) =>
    fc.array(fc.array(value, { minLength: others, maxLength: others }), { maxLength: 70 })
  );
  fc.assert(
    fc.property(columns, fc.integer({ min: 0, max: 1_000 }), (others, first) => {
      using database = nodeSql(":memory:");
      const sql = limitedSql(database);
      const names = ["id", ...(others[0] ?? []).map((_, index) => `c${index}`)];
      sql.run(`CREATE TABLE notes (${names.join(", ").replace("id", "id INTEGER PRIMARY KEY")})`);
      const rows = others.map((row, index) => [first + index, ...row]);
      assertEquals(insertRows(sql, { table: "notes", columns: names }, rows), rows.length);
      const found = sql.all("SELECT * FROM notes ORDER BY id");
      assertEquals(found.map((row) => names.map((name) => row[name])), rows);
    }),
    { numRuns: 200 },
  );
});

Deno.test("insertRows() writes every row, however many there are", () => {
  using sql = nodeSql(":memory:");
  sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
  let id = 0;
  for (const count of [0, 1, 15, 16, 17, 31, 32, 33, 64, 100]) {
    sql.run("DELETE FROM notes");
    const rows = Array.from({ length: count }, () => [++id, `note ${id}`]);
    assertEquals(insertRows(sql, { table: "notes", columns: ["id", "text"] }, rows), count);
    const found = sql.all<{ id: number; text: string }>("SELECT id, text FROM notes ORDER BY id");
    assertEquals(found.map(({ id, text }) => [id, text]), rows);
  }
});

Deno.test("insertRows() inside a transaction leaves nothing behind when it fails", () => {
  using sql = nodeSql(":memory:");
  sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
  sql.run("INSERT INTO notes VALUES (60)"); // in the way of the last row
  const rows = Array.from({ length: 41 }, (_, index) => [20 + index]);
  let failed = false;
  try {
    sql.transaction(() => insertRows(sql, { table: "notes", columns: ["id"] }, rows));
  } catch {
    failed = true;
  }
  assertEquals([failed, sql.all("SELECT id FROM notes")], [true, [{ id: 60 }]]);
});

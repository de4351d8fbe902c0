import { assertEquals } from "@std/assert";
import { nodeSql } from "../../src/deno/node_sql.ts";

Deno.test("insert() writes every row, however many there are", () => {
  using sql = nodeSql(":memory:");
  sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
  let id = 0;
  for (const count of [0, 1, 15, 16, 17, 31, 32, 100]) {
    sql.run("DELETE FROM notes");
    const rows = Array.from({ length: count }, () => [++id, `note ${id}`]);
    assertEquals(sql.insert!("notes (id, text)", rows), count);
    const found = sql.all<{ id: number; text: string }>("SELECT id, text FROM notes ORDER BY id");
    assertEquals(found.map(({ id, text }) => [id, text]), rows);
  }
});

Deno.test("insert() inside a transaction leaves nothing behind when it fails", () => {
  using sql = nodeSql(":memory:");
  sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
  const rows = [...Array(20).keys(), 3].map((id) => [id]); // the last is there already
  let failed = false;
  try {
    sql.transaction(() => sql.insert!("notes (id)", rows));
  } catch {
    failed = true;
  }
  assertEquals([failed, sql.all("SELECT id FROM notes")], [true, []]);
});

import { assertEquals } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";

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

Deno.test({
  name: "nodeSql() makes files that no other user of the machine can read",
  ignore: Deno.build.os === "windows",
  fn() {
    const folder = Deno.makeTempDirSync();
    try {
      Deno.chmodSync(folder, 0o755);
      using sql = nodeSql(`${folder}/log.db`);
      sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
      const modes = [...Deno.readDirSync(folder)].map(({ name }) =>
        Deno.statSync(`${folder}/${name}`).mode! & 0o777
      );
      assertEquals(modes, [0o600, 0o600, 0o600]); // the database, its log, and the index of that
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

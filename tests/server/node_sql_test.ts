import { assertEquals } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import type { Sql } from "../../src/store/sql.ts";
import { HeldDisk } from "../support/held_disk.ts";

Deno.test({
  name: "nodeSql() creates files that no other user of the machine can read",
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

/** What a program may do, and how many syncs that takes. */
const STATEMENTS: Record<string, { readonly syncs: number; run(sql: Sql): void }> = {
  "a statement": { syncs: 1, run: (sql) => sql.run("INSERT INTO notes (text) VALUES ('a')") },
  "a transaction": {
    syncs: 1,
    run: (sql) => sql.transaction(() => sql.run("DELETE FROM notes")),
  },
  "a statement that returns rows": {
    syncs: 1,
    run: (sql) => sql.all("INSERT INTO notes (text) VALUES ('b') RETURNING id"),
  },
  "reading": { syncs: 0, run: (sql) => sql.all("SELECT * FROM notes") },
};

Deno.test("durable() brings everything to the disk that was written, in whichever way", async (test) => {
  using disk = new HeldDisk();
  const folder = await Deno.makeTempDir();
  using sql = nodeSql(`${folder}/log.db`);
  sql.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
  await sql.durable();
  for (const [what, { syncs, run }] of Object.entries(STATEMENTS)) {
    await test.step(what, async () => {
      const { begun } = disk;
      run(sql);
      await sql.durable();
      assertEquals(disk.begun - begun, syncs);
    });
  }
  sql.close();
  await Deno.remove(folder, { recursive: true });
});

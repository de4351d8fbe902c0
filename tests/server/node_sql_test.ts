import { assertEquals } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";

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

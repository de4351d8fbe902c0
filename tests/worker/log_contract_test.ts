import { assertEquals } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { LOG_CONTRACT } from "../store/log_contract.ts";
import { SQL_CONTRACT } from "../store/sql_contract.ts";
import { WorkerFixture } from "./worker_fixture.ts";

Deno.test("the log keeps its promises in a Durable Object", async (test) => {
  await using worker = await WorkerFixture.start({ entry: "tests/worker/entry_for_contract.ts" });
  for (const { name } of [...SQL_CONTRACT, ...LOG_CONTRACT]) {
    await test.step(name, async () => {
      // An entry of its own, with other routes.
      const response = await fetch(new URL(encodeURIComponent(name), worker.url));
      assertEquals(await response.text(), "kept");
    });
  }
});

for (const { name, check } of SQL_CONTRACT) {
  Deno.test(`${name} (on node:sqlite)`, async () => {
    using sql = nodeSql(":memory:");
    await check(sql);
  });
}

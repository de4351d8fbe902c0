import { nodeSql } from "../../src/server/node_sql.ts";
import { limitedSql } from "../support/limited_sql.ts";
import { LOG_CONTRACT } from "./log_contract.ts";

for (const { name, check } of LOG_CONTRACT) {
  Deno.test(`${name} (in memory)`, async () => {
    using sql = nodeSql(":memory:");
    await check(sql);
  });

  Deno.test(`${name} (on disk, within the limits of a Durable Object)`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      using sql = nodeSql(`${folder}/log.db`);
      await check(limitedSql(sql));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

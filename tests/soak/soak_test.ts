import { assert, assertEquals } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { auditRows } from "./audit_rows.ts";
import { fillLog } from "./fill_log.ts";
import { runSoak } from "./run_soak.ts";

Deno.test("a sender that is killed twice loses nothing, with three in ten receivers failing in every way", async () => {
  const { whileFailing, afterRepair } = await runSoak({ rows: 2_000, failing: 0.3, kills: 2 });
  for (const { endpoint, rows, delivered, kept, lost, wrong, attempts } of whileFailing) {
    assertEquals([lost, wrong], [0, 0], endpoint);
    if (endpoint.startsWith("healthy")) assertEquals(delivered, rows, endpoint);
    else {
      assertEquals([delivered, kept], [0, rows], endpoint);
      assert(endpoint.startsWith("is-down") || attempts > 0, `${endpoint} was tried`);
    }
  }
  for (const { endpoint, rows, delivered, lost, wrong } of afterRepair) {
    assertEquals([delivered, lost, wrong], [rows, 0, 0], endpoint);
  }
});

Deno.test("the audit of a soak finds what is lost, what came again, and what nobody was owed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/log.sqlite`;
    const [one = "", two = "", three = ""] = fillLog(path, 3, ["siem"]);
    {
      using sql = nodeSql(path);
      sql.run("DELETE FROM outbox WHERE webhook_id <> ?", three);
    }
    const accepted = new Map([[one, 2], ["stranger", 1]]);
    const arrivals = new Map([["siem", { accepted, attempts: 0, unsigned: 1, misnamed: 1 }]]);
    const endpoints = [{ name: "siem", behaviour: "healthy", secret: undefined } as const];
    assertEquals(auditRows(path, [one, two, three], endpoints, arrivals), [{
      endpoint: "siem",
      rows: 3,
      delivered: 1,
      repeated: 1,
      kept: 1,
      lost: 1,
      attempts: 0,
      wrong: 3,
    }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

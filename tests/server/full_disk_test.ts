import { assert, assertEquals } from "@std/assert";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { composeService } from "../../src/service/compose_service.ts";
import { readConfig } from "../../src/service/config.ts";
import type { Sql } from "../../src/store/sql.ts";
import { ANY_EVENT } from "../support/bundle_of.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { shellOf } from "../support/shell_of.ts";

/** What makes the disk of a log bad, and good again. */
const DISKS: Record<string, { spoil(sql: Sql): void; mend(sql: Sql): void }> = {
  "a full disk": {
    spoil(sql) {
      const [row] = sql.all<{ page_count: number }>("PRAGMA page_count");
      sql.all(`PRAGMA max_page_count = ${row!.page_count + 2}`);
    },
    mend: (sql) => sql.all("PRAGMA max_page_count = 1000000"),
  },
  "a disk that became read-only": {
    spoil: (sql) => sql.all("PRAGMA query_only = 1"),
    mend: (sql) => sql.all("PRAGMA query_only = 0"),
  },
};

const PUBLISHED = 400;

for (const [what, { spoil, mend }] of Object.entries(DISKS)) {
  Deno.test(`${what} is red in the status and loses nothing`, async () => {
    const folder = await Deno.makeTempDir();
    const clock = new ManualClock(Date.parse("2026-11-20T12:00:00Z"));
    const emulator = createEmulator({ seed: 5, clock, pageSize: 100 });
    using sql = nodeSql(`${folder}/log.db`);
    const { config } = readConfig({
      TE_TOKEN: emulator.token,
      TE_BASE_URL: "http://127.0.0.1:9/v7",
      BACKFILL: "2h",
    });
    const service = await composeService({
      ...shellOf(sql),
      network: { fetch: async (url, init) => await emulator.app.fetch(new Request(url, init)) },
      config: config!,
      bundle: ANY_EVENT,
      clock,
      random: () => 0.5,
      wake: () => Promise.resolve(),
    });
    const status = async () => await (await service.app.request("/v1/status")).json();
    const tick = async () => {
      await service.tick().catch(() => {}); // the shell reports it, and tries again
      clock.advance(60_000);
    };
    for (let n = 0; n < 3; n++) await tick();
    spoil(sql);
    emulator.publishHistory(PUBLISHED, clock.now() - 600_000, clock.now() - 60_000);
    for (let n = 0; n < 8; n++) await tick();
    const bad = await status();
    assertEquals(bad.health, "red", JSON.stringify(bad.reasons));
    assert(bad.log.events < emulator.size);
    mend(sql);
    for (let n = 0; n < 20; n++) await tick();
    const good = await status();
    assert(emulator.size > 100);
    assertEquals(good.log.events, emulator.size);
    assert(good.health !== "red", JSON.stringify(good.reasons));
    await Deno.remove(folder, { recursive: true });
  });
}

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { MIGRATIONS } from "../../src/store/migrate.ts";
import { openLog } from "../../src/store/open_log.ts";
import { eventAt, HOUR, MINUTE } from "./bench_of.ts";
import { factsOf, SAMPLE_END, sampleBench } from "./log_sample.ts";

const logs = new URL("../testdata/logs/", import.meta.url);
const versions = [...Deno.readDirSync(logs)].map(({ name }) => name)
  .filter((name) => name.endsWith(".sql")).map((name) => name.slice(0, -4));

/** The database that a version has written. */
function written(version: string) {
  const sql = nodeSql(":memory:");
  for (const line of Deno.readTextFileSync(new URL(`${version}.sql`, logs)).split("\n")) {
    if (line !== "") sql.run(line);
  }
  return sql;
}

Deno.test("tests/testdata/logs has a log of this version; `deno task log:sample` writes it", () => {
  const { version } = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  );
  assert(versions.includes(version));
});

for (const version of versions) {
  const { schema, ...facts } = JSON.parse(
    Deno.readTextFileSync(new URL(`${version}.json`, logs)),
  );

  Deno.test(`a log of ${version} opens with everything that is in it, under the same ids`, () => {
    using sql = written(version);
    const log = openLog(sql, { now: SAMPLE_END, random: () => 0.5 });
    assertEquals(JSON.parse(JSON.stringify(factsOf({ log }))), facts);
    const [{ number } = { number: 0 }] = sql.all<{ number: number }>(
      `SELECT MAX(number) AS number FROM migrations`,
    );
    assert(schema <= MIGRATIONS.length);
    assertEquals(number, MIGRATIONS.length);
  });

  Deno.test(`a log of ${version} goes on: each event once, twins too, and what is owed is delivered`, async () => {
    const { bench, receiver } = sampleBench(written(version));
    using _ = bench;
    const { log, api } = bench;
    const delivered = facts.deliveries.filter((text: string) => text.includes(" delivered "));
    const alerts = facts.alerts.map(({ id }: { id: string }) => id);
    for (const event of bench.recorded()) api.publish(event, 0);
    bench.clock.set(SAMPLE_END);
    api.publish(eventAt(0)); // a third twin, published late
    api.publish(eventAt(10 * MINUTE));
    receiver.answering = () => "ok";
    await bench.pass(2 * HOUR);
    bench.assertComplete();
    const posts = receiver.posts.map(({ webhookId, endpoint }) => `${webhookId} ${endpoint}`);
    for (const text of delivered) {
      const [id, endpoint] = text.split(" ");
      assert(!posts.includes(`${id} ${endpoint}`), "nothing is delivered twice");
    }
    assertEquals(log.alertsAfter(0, alerts.length).map(({ id }) => id), alerts);
    assertEquals(Object.keys(log.counts().messages).filter((state) => state === "waiting"), []);
  });
}

Deno.test("a log that a later version wrote is refused with what to do, and stays as it was", () => {
  using sql = nodeSql(":memory:");
  openLog(sql, { now: 1, random: () => 0.5 });
  sql.run(`INSERT INTO migrations (number, applied_at) VALUES (?, 1)`, MIGRATIONS.length + 1);
  const before = sql.all(`SELECT name, sql FROM sqlite_master`);
  const error = assertThrows(() => openLog(sql, { now: 2, random: () => 0.5 }), Error);
  assertStringIncludes(error.message, "a later version wrote it");
  assertStringIncludes(error.message, "run that version again");
  assertEquals(sql.all(`SELECT name, sql FROM sqlite_master`), before);
});

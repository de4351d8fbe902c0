import { assertEquals } from "@std/assert";
import { Bench, eventAt, MINUTE, START } from "./bench_of.ts";

Deno.test("Collector records everything except what the log refuses, alerts once, and recovers by itself", async () => {
  using bench = new Bench({ assumedLimit: 100_000 });
  const { log } = bench.ports;
  const { record } = log;
  log.record = (events, options) => {
    if (events.some(({ user }) => user === "poison")) throw new Error("too big\u001b[2J");
    return record(events, options);
  };
  await bench.settle();
  for (let n = 0; n < 20; n++) {
    bench.api.publish(eventAt(n * 20_000, n === 7 ? "poison" : `u${n}`), START + 10 * MINUTE);
  }
  bench.clock.set(START + 11 * MINUTE);
  await bench.run(6 * MINUTE);
  bench.api.publish(eventAt(17 * MINUTE, "new"), START + 17 * MINUTE);
  await bench.run(10 * MINUTE);
  assertEquals(bench.recorded().length, 20);
  const { health, failures } = bench.watch.status();
  assertEquals([health, failures[0]?.code], ["red", "record_failed"]);
  assertEquals(failures[0]?.message, "Cannot record a page: too big [2J");
  const alerts = log.alertsAfter(0, 100);
  assertEquals(alerts.map(({ ruleId }) => ruleId), ["panoptes.collector.failing"]);

  log.record = record;
  await bench.run(70 * MINUTE);
  bench.assertComplete();
  assertEquals(bench.watch.status().health, "green");
});

Deno.test("Collector throws if it cannot even save the failure, and loses nothing", async () => {
  using bench = new Bench();
  bench.api.publish(eventAt(0));
  const { run } = bench.sql;
  bench.sql.run = () => {
    throw new Error("The disk is full");
  };
  const error = await bench.watch.collector.step().catch((error) => error);
  assertEquals(error.message, "The disk is full");
  bench.sql.run = run;
  await bench.settle();
  bench.assertComplete();
  assertEquals(bench.watch.status().failures, []);
});

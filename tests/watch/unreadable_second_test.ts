import { assert, assertEquals, assertGreater } from "@std/assert";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import type { CollectorState } from "../../src/watch/collector/state.ts";
import type { WatchOptions } from "../../src/watch/watch_options.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

/** A watch whose API sends no page with events of the user `poison`: they are too large for one. */
function poisonedBench(options: Partial<WatchOptions> = {}): Bench {
  const bench = new Bench({ assumedLimit: 100_000, ...options });
  bench.api.always = (page) => {
    if (!page.events.some(({ user }) => user === "poison")) return page;
    throw new ThousandEyesError("body_too_large", "Cannot list audit events: too large");
  };
  return bench;
}

function lengthOf(gaps: readonly { from: string; to: string }[]): number {
  return gaps.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);
}

/** Every event except those of `poison` is in the log, once. */
function assertRestComplete(bench: Bench): void {
  const wanted = bench.api.published.map(({ event }) => event.user).filter((it) => it !== "poison");
  assertEquals(bench.recorded().map(({ user }) => user).sort(), wanted.sort());
}

Deno.test("Collector skips a second that cannot be read, and reads it as soon as it can", async () => {
  using bench = poisonedBench();
  await bench.settle();
  for (let minute = 1; minute < 48 * 60; minute += 7) {
    const at = minute * MINUTE;
    bench.api.publish(eventAt(at, minute === 50 ? "poison" : `${minute}`), START + at + 2_000);
  }
  await bench.run(3 * HOUR);
  const { covered, health, failures } = bench.watch.status();
  assertEquals([health, failures], ["yellow", []]);
  assert(covered.lagMs <= 2 * MINUTE, `${covered.lagMs} ms behind`);
  assertEquals(covered.gaps.length, 1);
  assert(lengthOf(covered.gaps) <= 3_000, JSON.stringify(covered.gaps));
  assert(Date.parse(covered.gaps[0]!.from) <= START + 50 * MINUTE);
  assert(Date.parse(covered.gaps[0]!.to) >= START + 50 * MINUTE);

  await bench.run(45 * HOUR); // the daily sweep has passed it as well
  assertRestComplete(bench);
  const asked = bench.api.asked.length;
  await bench.run(HOUR);
  const more = bench.api.asked.length - asked;
  assert(more < 180, `${more} requests in an hour`);
  assertEquals(bench.log.alertsAfter(0, 10).length, 1);

  bench.restart();
  bench.api.always = undefined;
  await bench.run(2 * HOUR);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
  assertEquals(bench.watch.status().health, "green");
});

Deno.test("Collector backfills everything around a second that cannot be read", async () => {
  using bench = poisonedBench({ backfillMs: 20 * 24 * HOUR });
  for (let n = 1; n < 228; n++) {
    bench.api.publish(eventAt(-n * 2 * HOUR, n === 60 ? "poison" : `${n}`), 0);
  }
  await bench.run(3 * HOUR);
  assertRestComplete(bench);
  const { health, covered } = bench.watch.status();
  assertEquals([health, covered.gaps.length], ["yellow", 1]);
  assertEquals(bench.log.alertsAfter(0, 10).length, 1);
  await bench.run(12 * HOUR);
  assertEquals(bench.log.alertsAfter(0, 10).length, 1);
  bench.api.always = undefined;
  await bench.run(2 * HOUR);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
});

Deno.test("Collector sweeps past a second that became unreadable, and finds late events after it", async () => {
  using bench = poisonedBench();
  await bench.run(30 * MINUTE);
  bench.api.publish(eventAt(10 * MINUTE, "poison"), START + 40 * MINUTE);
  await bench.run(30 * MINUTE);
  bench.api.publish(eventAt(12 * MINUTE, "late"), START + HOUR);
  await bench.run(3 * HOUR);
  assertRestComplete(bench);
  await bench.run(30 * HOUR);
  assertEquals(bench.watch.status().failures, []);
  assertEquals(bench.log.alertsAfter(0, 10).length, 1);
});

Deno.test("Collector skips a second whose twins cannot be checked", async () => {
  using bench = new Bench({ assumedLimit: 100_000 });
  bench.api.pageSize = 2;
  for (let n = 0; n < 5; n++) bench.api.publish(eventAt(60_000, "twin"), START + 62_000);
  for (let n = 0; n < 9; n++) {
    bench.api.publish(eventAt(61_000 + n * 1_000, `${n}`), START + 75_000);
  }
  bench.api.always = (page, url) => {
    if (url.searchParams.get("startDate") !== url.searchParams.get("endDate")) return page;
    throw new ThousandEyesError("body_too_large", "Cannot list audit events: too large");
  };
  await bench.run(3 * HOUR);
  const { covered } = bench.watch.status();
  assert(covered.lagMs <= 2 * MINUTE, `${covered.lagMs} ms behind`);
  assertEquals(lengthOf(covered.gaps), 1_000);
  bench.api.always = undefined;
  await bench.run(2 * HOUR);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
});

Deno.test("Collector keeps at most 50 skipped ranges, and loses none of their seconds", async () => {
  using bench = poisonedBench({ backfillMs: 10 * 24 * HOUR });
  for (let n = 1; n <= 56; n++) {
    bench.api.publish(eventAt(-n * HOUR - n * n * MINUTE, "poison"), 0);
    bench.api.publish(eventAt(-n * HOUR - n * n * MINUTE - 5 * MINUTE, `${n}`), 0);
  }
  await bench.run(24 * HOUR, 100_000);
  const { gaps } = bench.watch.status().covered;
  assertGreater(gaps.length, 40);
  assert((bench.state.skipped ?? []).length <= 50);
  for (const { event } of bench.api.published) {
    if (event.user !== "poison") continue;
    const at = Date.parse(event.date!);
    assert(gaps.some(({ from, to }) => Date.parse(from) <= at && at <= Date.parse(to)), event.date);
  }
  bench.api.always = undefined;
  await bench.run(3 * HOUR, 100_000);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
});

Deno.test("Collector makes few requests while nothing can be recorded, and reads everything afterwards", async () => {
  using bench = new Bench();
  await bench.settle();
  const { log } = bench.ports;
  const { record } = log;
  log.record = () => {
    throw new Error("no such table");
  };
  const asked = bench.api.asked.length;
  for (let minute = 1; minute < 600; minute += 3) {
    bench.api.publish(eventAt(minute * MINUTE, `${minute}`), START + minute * MINUTE);
  }
  await bench.run(10 * HOUR);
  const more = bench.api.asked.length - asked;
  assert(more < 10 * 200, `${more} requests in ten hours`);
  assertEquals(bench.watch.status().health, "red");
  log.record = record;
  await bench.run(4 * HOUR);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
  assertEquals(bench.watch.status().health, "green");
});

Deno.test("Collector continues from a state that was saved before ranges could be skipped", async () => {
  using bench = poisonedBench();
  await bench.settle();
  const { skipped: _, ...old } = bench.state;
  const sliceMs = { live: 60_000, hour: 60_000, day: 60_000, backfill: 60_000 };
  const saved: CollectorState = { ...old, sliceMs };
  bench.log.transaction(() => bench.log.saveCheckpoint("collector", saved));
  bench.restart();
  bench.api.publish(eventAt(5 * MINUTE, "poison"), START + 5 * MINUTE);
  await bench.run(3 * HOUR);
  assertEquals(bench.watch.status().covered.gaps.length, 1);
  bench.api.always = undefined;
  await bench.run(2 * HOUR);
  bench.assertComplete();
});

Deno.test("Collector loses no skipped second when the clock jumps ahead by a day and back", async () => {
  using bench = poisonedBench({ backfillMs: 24 * HOUR });
  bench.api.publish(eventAt(-5 * HOUR, "poison"), 0);
  bench.api.publish(eventAt(3 * MINUTE, "poison"), START + 3 * MINUTE);
  await bench.run(2 * HOUR);
  assertEquals(bench.watch.status().covered.gaps.length, 2);
  bench.clock.set(START + 26 * HOUR);
  await bench.run(10 * MINUTE);
  bench.clock.set(START + 130 * MINUTE);
  await bench.run(10 * MINUTE);
  assertEquals(bench.watch.status().covered.gaps.length, 2);
  bench.api.always = undefined;
  await bench.run(2 * HOUR);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
});

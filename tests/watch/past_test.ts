import { assertEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import type { WatchOptions } from "../../src/watch/watch_options.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

const DAY = 24 * HOUR;
const LIVE = endpointOf("on-call");
const ALL = endpointOf("archive", { backfilled: true });

/** A watch whose only rule matches every event, with an endpoint of each kind. */
function benchOf(options: Partial<WatchOptions> = {}, isFed = true): Bench {
  const match = () => [{ rule: { id: "any", title: "Any event", level: "high" } }];
  return new Bench(options, { match, endpoints: [LIVE, ALL], isFed });
}

/** The alerts about events, by the name of the user: whether each is about the past. */
function marksOf({ log }: Bench): Record<string, boolean> {
  return Object.fromEntries(
    log.alertsAfter(0, 1_000).map(({ body }) => JSON.parse(body) as Alert)
      .filter(({ events }) => events.length > 0)
      .map(({ events: [caused], backfilled }) => [String(caused?.event.user), backfilled]),
  );
}

/** The users whose alerts were queued for an endpoint. */
function queuedFor({ log }: Bench, endpoint: string): string[] {
  return log.deliveries({ endpoint, limit: 1_000 })
    .map(({ webhookId }) => JSON.parse(log.alert(webhookId)!.body) as Alert)
    .flatMap(({ events: [caused] }) => caused === undefined ? [] : [String(caused.event.user)])
    .sort();
}

Deno.test("a first run of 30 days makes its alerts and delivers none of them", async () => {
  using bench = benchOf({ backfillMs: 30 * DAY });
  const ages = Array.from({ length: 120 }, (_, n) => n * 6 * HOUR + MINUTE);
  for (const age of ages) bench.api.publish(eventAt(-age, `${age}`));
  await bench.run(6 * HOUR, 100_000);
  const marks = Object.values(marksOf(bench));
  assertEquals([marks.length, marks.every((mark) => mark)], [ages.length, true]);
  assertEquals(bench.state.counts.backfilled, ages.length);
  assertEquals(queuedFor(bench, "on-call"), []);
  assertEquals(queuedFor(bench, "archive").length, ages.length);
});

Deno.test("what happens after the first run began is delivered, although the backfill goes on", async () => {
  using bench = benchOf({ backfillMs: 30 * DAY });
  bench.api.publish(eventAt(-MINUTE, "before"));
  await bench.settle();
  bench.clock.advance(2 * MINUTE);
  bench.api.publish(eventAt(MINUTE, "after"));
  await bench.run(10 * MINUTE);
  assertEquals(marksOf(bench), { before: true, after: false });
  assertEquals(queuedFor(bench, "on-call"), ["after"]);
  assertEquals(queuedFor(bench, "archive"), ["after", "before"]);
});

Deno.test("a late event is delivered if it is younger than the maximum age, and not if it is older", async () => {
  using bench = benchOf();
  await bench.run(2 * DAY, 100_000);
  bench.api.publish(eventAt(2 * DAY - 23 * HOUR, "late"));
  bench.api.publish(eventAt(2 * DAY - 26 * HOUR, "too late"));
  await bench.run(2 * DAY, 100_000);
  assertEquals(marksOf(bench), { late: false, "too late": true });
  assertEquals(queuedFor(bench, "on-call"), ["late"]);
});

Deno.test("what happened while the watch was down for hours is delivered, although a backfill reads it", async () => {
  using bench = benchOf();
  await bench.settle();
  bench.clock.advance(8 * HOUR);
  for (const hour of [1, 4, 7]) bench.api.publish(eventAt(hour * HOUR, `${hour} h`));
  bench.restart();
  await bench.run(30 * MINUTE);
  assertEquals(queuedFor(bench, "on-call"), ["1 h", "4 h", "7 h"]);
});

Deno.test("ALERT_MAX_AGE decides how old an event may be", async () => {
  using bench = benchOf({ maxAlertAgeMs: 2 * HOUR });
  await bench.settle();
  bench.clock.advance(8 * HOUR);
  bench.api.publish(eventAt(5 * HOUR, "older"));
  bench.api.publish(eventAt(7 * HOUR, "younger"));
  await bench.run(30 * MINUTE);
  assertEquals(marksOf(bench), { older: true, younger: false });
});

Deno.test("a log that other settings have left delivers nothing of the meantime when it is fed again", async () => {
  using bench = benchOf({}, true);
  await bench.settle();
  bench.api.publish(eventAt(MINUTE, "before"));
  await bench.run(5 * MINUTE);
  const { ports } = bench;
  (ports as { isFed: boolean }).isFed = false;
  bench.restart();
  await bench.watch.tick();
  bench.clock.advance(HOUR);
  bench.api.publish(eventAt(30 * MINUTE, "meanwhile"));
  (ports as { isFed: boolean }).isFed = true;
  bench.restart();
  await bench.settle();
  bench.clock.advance(10 * MINUTE);
  bench.api.publish(eventAt(HOUR + 10 * MINUTE, "after"));
  await bench.run(5 * MINUTE);
  assertEquals(marksOf(bench), { before: false, meanwhile: true, after: false });
  assertEquals(queuedFor(bench, "on-call"), ["after", "before"]);
});

for (const [how, byMs] of [["behind", -3 * MINUTE], ["ahead of", 3 * MINUTE]] as const) {
  Deno.test(`an API whose clock is ${how} ours tells the past from the news all the same`, async () => {
    using bench = benchOf({ backfillMs: DAY });
    bench.api.always = (page) => ({ ...page, apiTime: bench.clock.now() + byMs });
    bench.api.publish(eventAt(byMs - MINUTE, "before"), START);
    await bench.settle();
    bench.clock.advance(MINUTE);
    bench.api.publish(eventAt(byMs + MINUTE, "after"));
    await bench.run(30 * MINUTE);
    assertEquals(marksOf(bench), { before: true, after: false });
  });
}

Deno.test("a first run by a clock that was ahead does not take what happens later for the past", async () => {
  using bench = benchOf();
  bench.clock.set(START + 5 * HOUR);
  await bench.settle();
  bench.clock.set(START);
  await bench.run(MINUTE);
  bench.api.publish(eventAt(MINUTE, "news"));
  await bench.run(10 * MINUTE);
  assertEquals(marksOf(bench), { news: false });
});

Deno.test("an event without a date is past if the page that shows it is", async () => {
  using bench = benchOf({ backfillMs: DAY });
  const { date: _, ...undated } = eventAt(0);
  bench.api.always = (page, url) => {
    const isFirst = Date.parse(url.searchParams.get("endDate")!) <= START;
    return { ...page, events: [...page.events, { ...undated, user: isFirst ? "old" : "new" }] };
  };
  await bench.run(20 * MINUTE);
  assertEquals(marksOf(bench), { old: true, new: false });
});

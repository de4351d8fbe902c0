import * as v from "valibot";
import { AlertSchema } from "../../src/alert/alert_schema.ts";
import { assertEquals, assertMatch } from "@std/assert";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import type { Reason } from "../../src/watch/reasons.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";
import { benchWith } from "./receiver.ts";

/** The reasons that matter, as `code severity`. */
function codesOf({ reasons }: { reasons: readonly Reason[] }): string[] {
  return reasons.filter(({ severity }) => severity !== "info")
    .map(({ code, severity }) => `${code} ${severity}`);
}

/** The titles of the alerts, oldest first. */
function alertTitles({ log }: Bench): string[] {
  return log.alertsAfter(0, 10).map(({ body }) => JSON.parse(body).rule.title);
}

Deno.test("Watch.status() is red from the first tick that a full database fails, and green again after the first that works", async () => {
  using bench = new Bench();
  bench.api.publish(eventAt(0));
  await bench.watch.tick();
  assertEquals(bench.watch.status().health, "green");
  const { pages } = bench.sql.all<{ pages: number }>(
    "SELECT page_count AS pages FROM pragma_page_count()",
  )[0]!;
  bench.sql.run(`PRAGMA max_page_count = ${pages}`); // SQLite itself refuses to grow
  for (let n = 0; n < 2_000; n++) bench.api.publish(eventAt(30_000, `${n}`.repeat(100)));
  bench.api.pageSize = 1_000;
  bench.clock.set(START + MINUTE);
  const { saveCheckpoint } = bench.log;
  bench.ports.log.saveCheckpoint = () => {
    throw new Error("database or disk is full"); // for the small rows that still fit in a free page
  };
  const error = await bench.watch.tick().catch((error: Error) => error.message);
  assertMatch(String(error), /database or disk is full/);
  const status = bench.watch.status();
  assertEquals(codesOf(status), ["tick_failed red"]);
  assertEquals(status.reasons[0]?.message, "The last tick failed: database or disk is full.");
  bench.sql.run("PRAGMA max_page_count = 1000000");
  bench.ports.log.saveCheckpoint = saveCheckpoint;
  bench.clock.set(START + 2 * MINUTE);
  await bench.watch.tick();
  bench.assertComplete();
  assertEquals(bench.watch.status().health, "green");
  assertEquals(alertTitles(bench), ["Panoptes could not work"]);
});

Deno.test("Watch.status() answers from memory while the database cannot be read, and is red", async () => {
  using bench = new Bench();
  bench.api.publish(eventAt(0));
  await bench.watch.tick();
  const before = bench.watch.status();
  const { all } = bench.sql;
  bench.sql.all = () => {
    throw new Error("disk I/O error");
  };
  const status = bench.watch.status();
  assertEquals(codesOf(status), ["log_unreadable red"]);
  assertEquals([status.covered.to, status.log], [before.covered.to, before.log]);
  bench.restart(); // nothing is known any more
  assertEquals(codesOf(bench.watch.status()), ["log_unreadable red"]);
  bench.sql.all = all;
  assertEquals(bench.watch.status().health, "green");
});

Deno.test("Watch.status() is yellow and then red if no tick comes when one is due", async () => {
  using bench = new Bench();
  await bench.watch.tick();
  bench.clock.set(START + MINUTE + 61_000);
  assertEquals(codesOf(bench.watch.status()), ["tick_late yellow"]);
  bench.clock.set(START + MINUTE + 301_000);
  assertEquals(codesOf(bench.watch.status()).includes("tick_late red"), true);
  await bench.watch.tick();
  assertEquals(bench.watch.status().health, "green");
});

Deno.test("Watch.status() is red if a tick does not end", async () => {
  const { bench, receiver } = benchWith(["slow"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  const stop = new AbortController();
  const tick = bench.watch.tick({ signal: stop.signal }).catch(() => {});
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  assertEquals(receiver.open.length, 1);
  bench.clock.set(START + 7 * MINUTE);
  assertEquals(codesOf(bench.watch.status()).includes("tick_late red"), true);
  stop.abort();
  await tick;
});

Deno.test("Watch.status() is yellow after three failures of an endpoint, says what it answered, and alerts the others once", async () => {
  const { bench, receiver } = benchWith(["broken", "good"]);
  using _ = bench;
  receiver.instant = (endpoint) => endpoint === "broken" ? "permanent" : "ok";
  for (const user of ["a", "b", "c"]) bench.api.publish(eventAt(0, user));
  await bench.watch.tick();
  const status = bench.watch.status();
  assertEquals(codesOf(status), ["delivery_failing yellow", "endpoint_paused yellow"]);
  const [failing] = status.reasons;
  assertEquals(failing?.about, "broken");
  assertMatch(failing?.message ?? "", /failed 3 times in a row; the last answer was: 200\. 3 mess/);
  for (let minute = 1; minute <= 5; minute++) {
    bench.clock.set(START + minute * MINUTE);
    await bench.watch.tick();
  }
  const alerts = bench.log.alertsAfter(0, 100).filter(({ ruleId }) => ruleId !== "rule");
  assertEquals(alerts.map(({ body }) => JSON.parse(body).matched[0].value), [
    "delivery_failing",
    "endpoint_paused",
  ]);
  for (const { body } of alerts) {
    const alert = v.parse(AlertSchema, JSON.parse(body));
    assertEquals([alert.backfilled, alert.eventCount], [false, 0]);
  }
  const told = receiver.posts.filter(({ webhookId, endpoint }) =>
    webhookId === alerts[0]!.id && endpoint === "good"
  );
  assertEquals(told.length, 1);
  receiver.instant = () => "ok";
  // Messages that were refused for good are tried again after 5 minutes, and after an hour.
  for (let minute = 6; minute <= 80; minute++) {
    bench.clock.set(START + minute * MINUTE);
    await bench.watch.tick();
  }
  assertEquals(bench.watch.status().health, "green");
});

Deno.test("Watch.status() is red after an hour in which nothing could be delivered, also after a restart", async () => {
  const { bench, receiver } = benchWith(["broken"]);
  using _ = bench;
  receiver.instant = () => "retry";
  const [endpoint] = bench.ports.endpoints;
  Object.assign(endpoint!, { retryScheduleMs: [0, HOUR, HOUR, HOUR] });
  bench.api.publish(eventAt(0));
  await bench.watch.tick();
  for (let minute = 1; minute <= 61; minute++) {
    bench.clock.set(START + minute * MINUTE);
    await bench.watch.tick();
  }
  bench.restart();
  const status = bench.watch.status();
  assertEquals(codesOf(status), ["delivery_failing red"]);
  assertMatch(status.reasons[0]?.message ?? "", /the last answer was: 200/);
});

Deno.test("Watch.status() is yellow while there are dead letters", async () => {
  const { bench, receiver } = benchWith(["picky"]);
  using _ = bench;
  for (const user of ["a", "b"]) bench.api.publish(eventAt(0, user));
  const refused = new Set<string>();
  receiver.answering = ({ webhookId }) => {
    if (refused.size === 0) refused.add(webhookId);
    return refused.has(webhookId) ? "permanent" : "ok";
  };
  await bench.watch.tick();
  for (let minute = 1; minute <= 80; minute++) {
    bench.clock.set(START + minute * MINUTE);
    if (minute === 79) bench.api.publish(eventAt(minute * MINUTE, "c"));
    await bench.watch.tick();
  }
  assertEquals(codesOf(bench.watch.status()), ["dead_letters yellow"]);
});

Deno.test("Watch.status() is red while an endpoint is disabled by 410; it keeps the queue until somebody resumes it", async () => {
  const { bench, receiver } = benchWith(["gone"]);
  using _ = bench;
  receiver.instant = () => "gone";
  bench.api.publish(eventAt(0));
  await bench.watch.tick();
  assertEquals(codesOf(bench.watch.status()), ["endpoint_disabled red"]);
  bench.api.publish(eventAt(30_000));
  for (let minute = 1; minute <= 30; minute++) {
    bench.clock.set(START + minute * MINUTE);
    await bench.watch.tick();
  }
  assertEquals(receiver.posts.length, 1);
  assertEquals(bench.watch.dispatcher.nextWakeAt(), undefined);
  receiver.instant = () => "ok";
  assertEquals(bench.watch.dispatcher.resume("gone"), true);
  await bench.watch.tick();
  assertEquals(bench.log.counts().messages["delivered"], 2);
  assertEquals(codesOf(bench.watch.status()), []);
});

Deno.test("Watch.status() is green with information alone: no endpoint, and a backfill that goes on", () => {
  using bench = new Bench({ backfillMs: 24 * HOUR });
  const { health, reasons } = bench.watch.status();
  assertEquals(health, "green");
  assertEquals(reasons.map(({ code }) => code).sort(), ["backfilling", "no_endpoint"]);
});

Deno.test("Watch.status() is yellow if nothing of the backlog was read for an hour", async () => {
  using bench = new Bench({ backfillMs: 24 * HOUR, assumedLimit: 2, reserve: 0.5 });
  bench.api.always = (page, url) => {
    const isLive = Date.parse(url.searchParams.get("startDate")!) > START - 16 * MINUTE;
    // Others leave nothing of the organisation's limit.
    const resetAt = bench.clock.now() + MINUTE;
    if (!isLive) throw new Error("not asked");
    return { ...page, rateLimit: { limit: 240, remaining: 0, resetAt } };
  };
  await bench.run(30 * MINUTE);
  assertEquals(bench.watch.status().health, "green");
  await bench.run(40 * MINUTE);
  assertEquals(codesOf(bench.watch.status()), ["backlog_stuck yellow"]);
});

Deno.test("Watch.status() is yellow when reading is more than 5 minutes behind, and red after 15", async () => {
  using bench = new Bench();
  await bench.settle();
  bench.api.always = () => {
    throw new Error("unused");
  };
  bench.clock.set(START + 6 * MINUTE);
  assertEquals(codesOf(bench.watch.status()).includes("behind yellow"), true);
  bench.clock.set(START + 16 * MINUTE);
  assertEquals(codesOf(bench.watch.status()).includes("behind red"), true);
});

Deno.test("Watch.status() is yellow while rows are removed before their time to make room", async () => {
  using bench = new Bench({ maxBytes: 2 ** 20 }, { endpoints: [endpointOf("siem")] });
  const bulk = "x".repeat(1_000);
  for (let n = 0; n < 2_000; n++) {
    const event: UserEvent<{ bulk: string }> = { ...eventAt(MINUTE, `${n}`), bulk };
    bench.api.publish(event, START + MINUTE);
  }
  bench.api.pageSize = 1_000;
  await bench.run(30 * MINUTE);
  await bench.watch.tick();
  assertEquals(codesOf(bench.watch.status()), ["log_full yellow"]);
  assertEquals(alertTitles(bench).at(-1), "The log of Panoptes is full");
  await bench.run(25 * HOUR);
  await bench.watch.tick();
  assertEquals(codesOf(bench.watch.status()), []);
});

Deno.test("Watch.status() is red if the log is too large and retention can remove nothing", async () => {
  using bench = new Bench({ maxBytes: 2 ** 20 }, { endpoints: [endpointOf("siem")] });
  bench.log.transaction(() => bench.log.saveCheckpoint("unknown", "x".repeat(2 ** 21)) // retention does not know it
  );
  await bench.watch.tick();
  assertEquals(codesOf(bench.watch.status()), ["log_full red"]);
});

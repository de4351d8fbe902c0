import { assert, assertEquals } from "@std/assert";
import { PLANS } from "../../src/service/plan.ts";
import { Bench, endpointOf, eventAt, MINUTE, START } from "./bench_of.ts";
import { benchWith, Receiver } from "./receiver.ts";

Deno.test("Watch.tick() collects and delivers what is due, and returns when the next tick is due", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  bench.api.publish(eventAt(0));
  assertEquals(bench.watch.nextAlarmAt() <= START + 1, true);
  assertEquals(await bench.watch.tick(), START + MINUTE);
  assertEquals(receiver.posts.length, 1);
  bench.clock.set(START + MINUTE);
  bench.api.publish(eventAt(30_000));
  assertEquals(await bench.watch.tick(), START + 2 * MINUTE);
  assertEquals(receiver.posts.length, 2);
});

Deno.test("Watch.tick() returns the time of the next attempt if that is before the next poll", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "retry";
  bench.api.publish(eventAt(0));
  assertEquals(await bench.watch.tick(), START + 5_000);
});

Deno.test("Watch.tick() keeps polling while a receiver is slow", async () => {
  const { bench, receiver } = benchWith(["slow"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  const tick = bench.watch.tick({ budgetMs: 10 * MINUTE });
  const pump = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  await pump();
  assertEquals(receiver.open.length, 1);
  bench.api.publish(eventAt(30_000));
  bench.clock.set(START + MINUTE);
  await pump();
  assertEquals(bench.recorded().length, 2);
  for (const { answer } of receiver.open) answer("ok");
  await pump();
  for (const { answer } of receiver.open) answer("ok");
  assertEquals(await tick, START + 2 * MINUTE);
  assertEquals(bench.log.counts().messages, { delivered: 2 });
});

Deno.test("Watch.tick() makes no more requests than PLAN allows, whatever is due, and the rest follows at once", async () => {
  const maxRequestsPerTick = PLANS.free.requests;
  assert(maxRequestsPerTick < 50, "the free plan of Cloudflare allows 50");
  const receiver: Receiver = new Receiver(() => bench);
  using bench: Bench = new Bench({ maxRequestsPerTick }, {
    endpoints: ["siem", "chat", "pager"].map((name) => endpointOf(name)),
    attempt: receiver.attempt,
    match: (event) => [{ rule: { id: "rule", title: `About ${event.user}`, level: "high" } }],
  });
  receiver.instant = () => "ok";
  for (let n = 0; n < 100; n++) bench.api.publish(eventAt(0, `u${n}`));
  const requests = () => bench.api.asked.length + receiver.posts.length;
  const perTick: number[] = [];
  while (receiver.posts.length < 300) {
    const before = requests();
    const next = await bench.watch.tick();
    perTick.push(requests() - before);
    assert(receiver.posts.length === 300 || next <= START, "the next tick is due at once");
  }
  assert(perTick.every((count) => count <= maxRequestsPerTick), `${perTick}`);
  assertEquals(perTick.length, Math.ceil(requests() / maxRequestsPerTick), "and none is idle");
});

Deno.test("Watch.tick() sleeps while messages wait for a connection", async () => {
  const { bench, receiver } = benchWith(["fast", "slow"]);
  using _ = bench;
  receiver.instant = (endpoint) => endpoint === "fast" ? "retry" : undefined;
  for (let n = 0; n < 20; n++) bench.api.publish(eventAt(0, `u${n}`));
  let waits = 0;
  const { wait } = bench.clock;
  bench.clock.wait = (ms, signal) => {
    waits++;
    return wait(ms, signal);
  };
  const tick = bench.watch.tick();
  for (let turn = 0; turn < 600; turn++) await Promise.resolve();
  const before = waits;
  for (let ms = 100; ms <= 4_000; ms += 100) {
    bench.clock.set(START + ms);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
  assertEquals(waits, before, "nothing has ended, and nothing else was due");
  const attempts = () => receiver.posts.filter(({ endpoint }) => endpoint === "fast").length;
  assertEquals(attempts(), 3);
  bench.clock.set(START + 4_500); // a probe, although others are overdue, whose turn has not come
  for (let turn = 0; turn < 600; turn++) await Promise.resolve();
  assertEquals(attempts(), 4);
  bench.clock.set(START + 31_000);
  while (receiver.open.length > 0) {
    receiver.open.shift()!.answer("ok");
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  }
  await tick;
});

Deno.test("Watch.tick() stops at once when aborted, and loses nothing", async () => {
  const { bench, receiver } = benchWith(["slow"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  const over = new AbortController();
  const tick = bench.watch.tick({ signal: over.signal }).then(() => "ended", (error) => error);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  over.abort("enough");
  assertEquals(await tick, "enough");
  bench.restart();
  receiver.instant = () => "ok";
  bench.clock.set(START + MINUTE);
  await bench.watch.tick();
  bench.clock.set(START + 2 * MINUTE);
  await bench.watch.tick();
  assertEquals(bench.log.counts().messages, { delivered: 1 });
});

Deno.test("Watch.tick() removes nothing if the clock was set since the API last told the time", async () => {
  const { bench, receiver } = benchWith(["slow"]);
  using _ = bench;
  bench.api.always = (page) => ({
    ...page,
    rateLimit: { limit: 240, remaining: 239, resetAt: START + MINUTE },
  });
  bench.api.publish(eventAt(0));
  const tick = bench.watch.tick();
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  bench.clock.set(START + 200 * 24 * 60 * MINUTE); // longer than events are kept
  for (const { answer } of receiver.open) answer("ok");
  await tick;
  assertEquals(bench.log.counts().events, 1);
  receiver.instant = () => "ok";
  await bench.watch.tick(); // now the API has told its time, and the clocks disagree
  assertEquals(bench.log.counts().events, 1);
});

Deno.test("Watch.tick() throws what the storage threw, and the next tick recovers", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  bench.api.publish(eventAt(0));
  const { run } = bench.sql;
  bench.sql.run = () => {
    throw new Error("The disk is full");
  };
  const failed = await bench.watch.tick().then(() => undefined, (error) => error);
  assertEquals(failed.message, "The disk is full");
  bench.sql.run = run;
  await bench.watch.tick();
  bench.assertComplete();
  await bench.watch.tick(); // delivers the alert that a tick has failed, and raises that this is over
  assertEquals(bench.log.counts().messages, { delivered: 2, pending: 1 });
});

Deno.test("Watch.tick() delivers everything due, and applies retention, although a page cannot be recorded", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  for (let n = 0; n < 12; n++) bench.api.publish(eventAt(0, `u${n}`));
  await bench.settle();
  let tries = 0;
  bench.ports.log.saveCheckpoint = () => { // neither a page nor a failure can be written
    tries++;
    throw new Error("Out of room");
  };
  const removed: number[] = [];
  const { retain } = bench.log;
  bench.ports.log.retain = (options) => {
    removed.push(options.now);
    return retain(options);
  };
  bench.clock.set(START + MINUTE);
  const tick = bench.watch.tick().then(() => undefined, (error: Error) => error.message);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  for (let ms = 0; ms < 5_000; ms += 10) { // while the receiver is slow, nothing else is tried
    bench.clock.set(START + MINUTE + ms);
    await Promise.resolve();
  }
  while (receiver.open.length > 0) {
    receiver.open.shift()!.answer("ok");
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  }
  assertEquals(await tick, "Out of room");
  assertEquals(bench.log.counts().messages, { delivered: 12 });
  assertEquals([tries, removed.length], [2, 1]);
});

Deno.test("Watch.tick() reads pages, and applies retention, although no message can be saved", async () => {
  const { bench } = benchWith(["siem"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.settle();
  let hasRoom = false;
  const { saveMessage, retain } = bench.log;
  bench.ports.log.saveMessage = (...change) => {
    if (!hasRoom) throw new Error("Out of room");
    return saveMessage(...change);
  };
  bench.ports.log.retain = (options) => {
    hasRoom = true;
    return retain(options);
  };
  bench.clock.set(START + MINUTE);
  bench.api.publish(eventAt(30_000));
  const error = await bench.watch.tick().catch((error: Error) => error.message);
  assertEquals(error, "Out of room");
  assertEquals(hasRoom, true);
  bench.assertComplete();
});

Deno.test("an endpoint for critical alerts alone still hears that Panoptes itself fails", async () => {
  using bench = new Bench({}, {
    endpoints: [endpointOf("pager", { minLevel: "critical" })],
    match(event) {
      if (event.user === "poison") throw new Error("A rule broke");
      return [{ rule: { id: "rule", title: "Any", level: "high" } }];
    },
  });
  for (const user of ["a", "poison"]) bench.api.publish(eventAt(0, user));
  await bench.watch.tick();
  const rules = bench.log.alertsAfter(0, 10).map(({ ruleId }) => ruleId);
  assertEquals(rules, ["rule", "panoptes.rules.broken"]);
  const sent = bench.log.deliveries({ limit: 10 })
    .map(({ webhookId }) => JSON.parse(bench.log.alert(webhookId)!.body).rule.id);
  assertEquals(sent, ["panoptes.rules.broken"]);
});

Deno.test("Watch.tick() records an event on which a rule fails, and alerts once", async () => {
  using bench = new Bench({}, {
    match(event) {
      if (event.user === "poison") throw new Error("A rule broke");
      return [{ rule: { id: "rule", title: "Any", level: "low" } }];
    },
  });
  for (const user of ["a", "poison", "b"]) bench.api.publish(eventAt(0, user));
  bench.api.publish(eventAt(30_000, "poison"), START + 30_000);
  await bench.watch.tick();
  bench.clock.set(START + MINUTE);
  await bench.watch.tick();
  bench.assertComplete();
  const alerts = bench.log.alertsAfter(0, 10).map(({ ruleId }) => ruleId);
  assertEquals(alerts, ["rule", "rule", "panoptes.rules.broken"]);
  const { health, failures, counts } = bench.watch.status();
  assertEquals([health, failures[0]!.code, counts.unmatched], ["red", "match_failed", 2]);
});

import { assert, assertEquals } from "@std/assert";
import type { Outcome } from "../../src/delivery/outcome.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { Bench, endpointOf, eventAt, MINUTE, START } from "./bench_of.ts";

/** A receiver that answers when it is told to. */
class Receiver {
  readonly posts: { webhookId: string; endpoint: string; body: string; at: number }[] = [];
  readonly open: { endpoint: string; answer: (kind: Outcome["kind"], status?: number) => void }[] =
    [];
  /** Answers at once with this, if set. */
  instant: (endpoint: string) => Outcome["kind"] | undefined = () => undefined;
  #bench: () => Bench;

  constructor(bench: () => Bench) {
    this.#bench = bench;
  }

  attempt: WatchPorts["attempt"] = ({ webhookId, body }, { name }, signal) => {
    const at = this.#bench().clock.now();
    this.posts.push({ webhookId, endpoint: name, body, at });
    const outcomeOf = (kind: Outcome["kind"], status = 200): Outcome => ({
      kind,
      code: "answered",
      status,
      at,
      durationMs: 1,
    });
    const kind = this.instant(name);
    if (kind !== undefined) return Promise.resolve(outcomeOf(kind));
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.open.push({
        endpoint: name,
        answer: (kind, status) => resolve(outcomeOf(kind, status)),
      });
    });
  };
}

function benchWith(endpoints: string[]) {
  const receiver: Receiver = new Receiver(() => bench);
  const bench: Bench = new Bench({}, {
    endpoints: endpoints.map((name) => endpointOf(name)),
    attempt: receiver.attempt,
    match: (event) => [{ rule: { id: "rule", title: `About ${event.user}`, level: "high" } }],
  });
  return { bench, receiver };
}

Deno.test("Drain sends each alert to each endpoint, under its id", async () => {
  const { bench, receiver } = benchWith(["chat", "siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  for (let n = 0; n < 7; n++) bench.api.publish(eventAt(0, `u${n % 4}`)); // twins among them
  await bench.settle();
  while ((await bench.watch.drain.step() ?? Infinity) <= bench.clock.now());
  const ids = bench.log.alertsAfter(0, 10).map(({ id }) => id).sort();
  assertEquals(ids.length, 7);
  for (const endpoint of ["chat", "siem"]) {
    const got = receiver.posts.filter((post) => post.endpoint === endpoint);
    assertEquals(got.map(({ webhookId }) => webhookId).sort(), ids);
  }
  assertEquals(bench.log.counts().messages, { delivered: 14 });
  const { data } = JSON.parse(receiver.posts[0]!.body);
  assertEquals(data.id, receiver.posts[0]!.webhookId);
});

Deno.test("Drain tries again on the endpoint's schedule, and gives up into a dead letter", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "retry";
  bench.api.publish(eventAt(0));
  await bench.settle();
  for (let step = 0; step < 5; step++) {
    const next = await bench.watch.drain.step();
    if (next === undefined) break;
    bench.clock.set(Math.max(next, bench.clock.now()));
  }
  assertEquals(receiver.posts.map(({ at }) => at - START), [0, 5_000, 305_000]);
  assertEquals(new Set(receiver.posts.map(({ webhookId }) => webhookId)).size, 1);
  assertEquals(bench.log.counts().messages, { dead: 1 });
  const attempts = bench.log.attempts(1);
  assertEquals(attempts.map(({ number, kind }) => [number, kind]), [[1, "retry"], [2, "retry"], [
    3,
    "retry",
  ]]);
});

Deno.test("Drain sends again what died under way, when its lease has run out", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.settle();
  bench.watch.drain.start();
  assertEquals(receiver.posts.length, 1);
  bench.restart(); // nobody will ever report back
  receiver.instant = () => "ok";
  assertEquals(bench.watch.drain.start(), 0, "the lease still runs");
  for (let step = 0; step < 5; step++) {
    const next = await bench.watch.drain.step();
    if (next === undefined) break;
    bench.clock.set(Math.max(next, bench.clock.now()));
  }
  assertEquals(receiver.posts.length, 2);
  assertEquals(receiver.posts[1]!.webhookId, receiver.posts[0]!.webhookId);
  assertEquals(bench.log.attempts(1).map(({ code }) => code), ["lost", "answered"]);
  // The first life comes back to report: its lease is no longer valid.
  receiver.open[0]!.answer("retry");
  await Promise.resolve();
  assertEquals(bench.log.counts().messages, { delivered: 1 });
});

Deno.test("Drain keeps nobody waiting for a slow endpoint", async () => {
  const { bench, receiver } = benchWith(["fast", "slow"]);
  using _ = bench;
  receiver.instant = (endpoint) => endpoint === "fast" ? "ok" : undefined;
  for (let n = 0; n < 20; n++) bench.api.publish(eventAt(0, `u${n}`));
  await bench.settle();
  const fast = () => receiver.posts.filter(({ endpoint }) => endpoint === "fast").length;
  for (let step = 0; step < 25 && fast() < 20; step++) await bench.watch.drain.step();
  assertEquals(fast(), 20);
  assert(receiver.posts.filter(({ endpoint }) => endpoint === "slow").length <= 4);
});

Deno.test("Drain ends the messages of an endpoint that is gone, and redelivers none by itself", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.settle();
  (bench.ports.endpoints as unknown[]).length = 0;
  assertEquals(await bench.watch.drain.step(), undefined);
  assertEquals(bench.log.counts().messages, { cancelled: 1 });
  assertEquals(receiver.posts, []);
});

Deno.test("Drain goes on when no body can be made of an alert, which ends as a dead letter", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  for (let n = 0; n < 3; n++) bench.api.publish(eventAt(0, `u${n}`));
  await bench.settle();
  const [first] = bench.log.alertsAfter(0, 1);
  bench.sql.run("UPDATE alerts SET body = 'broken' WHERE seq = ?", first!.seq);
  await bench.watch.tick();
  assertEquals(receiver.posts.length, 2);
  for (let wait = 0; wait < 2; wait++) {
    bench.clock.set(bench.watch.drain.nextWakeAt()!);
    await bench.watch.drain.step();
  }
  assertEquals(bench.log.counts().messages, { dead: 1, delivered: 2 });
  const [dead] = bench.log.deliveries({ webhookId: first!.id, limit: 1 });
  assertEquals(bench.log.attempts(dead!.id).map(({ code }) => code), Array(3).fill("body_failed"));
});

Deno.test("Drain sends alerts below an endpoint's level to others only", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  (bench.ports.endpoints as unknown[]).push(endpointOf("pager", { minLevel: "critical" }));
  bench.api.publish(eventAt(0));
  await bench.settle();
  while ((await bench.watch.drain.step() ?? Infinity) <= bench.clock.now());
  assertEquals(receiver.posts.map(({ endpoint }) => endpoint), ["siem"]);
});

Deno.test("Watch.tick() collects and delivers what is due, and says when to come back", async () => {
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

Deno.test("Watch.tick() comes back for the next attempt before the next poll", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "retry";
  bench.api.publish(eventAt(0));
  assertEquals(await bench.watch.tick(), START + 5_000);
});

Deno.test("Watch.tick() goes on polling while a receiver keeps it waiting", async () => {
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
  assertEquals(attempts(), 20);
  bench.clock.set(START + 5_000); // though others are overdue, whose turn has not come
  for (let turn = 0; turn < 600; turn++) await Promise.resolve();
  assertEquals(attempts(), 40);
  bench.clock.set(START + 31_000);
  while (receiver.open.length > 0) {
    receiver.open.shift()!.answer("ok");
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  }
  await tick;
});

Deno.test("Watch.tick() stops at once when it is told to, and loses nothing", async () => {
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

Deno.test("Watch.tick() throws what the storage threw, and the next one goes on", async () => {
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
  assertEquals(bench.log.counts().messages, { delivered: 1 });
});

Deno.test("Watch.tick() delivers all that is due, and makes room, although a page cannot be recorded", async () => {
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
  for (let ms = 0; ms < 5_000; ms += 10) { // while the receiver takes its time, nothing is tried in vain
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

Deno.test("Watch.tick() records an event on which a rule breaks, and says so once", async () => {
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
  assertEquals(alerts, ["rule", "rule", "panoptes-collector"]);
  const { health, failures, counts } = bench.watch.status();
  assertEquals([health, failures[0]!.code, counts.unmatched], ["red", "match_failed", 2]);
});

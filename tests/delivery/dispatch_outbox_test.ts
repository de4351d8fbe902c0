import { assert, assertEquals } from "@std/assert";
import { settled } from "../support/manual_clock.ts";
import { endpointOf, eventAt, HOUR, START } from "../watch/bench_of.ts";
import { benchWith } from "../watch/receiver.ts";

Deno.test("OutboxDispatcher sends each alert to each endpoint, under its id", async () => {
  const { bench, receiver } = benchWith(["chat", "siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  for (let n = 0; n < 7; n++) bench.api.publish(eventAt(0, `u${n % 4}`)); // twins among them
  await bench.settle();
  while ((await bench.watch.dispatcher.step() ?? Infinity) <= bench.clock.now());
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

Deno.test("OutboxDispatcher retries on the endpoint's schedule, then keeps a dead letter", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "retry";
  bench.api.publish(eventAt(0));
  await bench.settle();
  for (let step = 0; step < 5; step++) {
    const next = await bench.watch.dispatcher.step();
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

Deno.test("OutboxDispatcher sends a lost message again when its lease has run out", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.settle();
  bench.watch.dispatcher.start();
  assertEquals(receiver.posts.length, 1);
  bench.restart(); // nobody will ever report back
  receiver.instant = () => "ok";
  assertEquals(bench.watch.dispatcher.start(), 0, "the lease still runs");
  for (let step = 0; step < 5; step++) {
    const next = await bench.watch.dispatcher.step();
    if (next === undefined) break;
    bench.clock.set(Math.max(next, bench.clock.now()));
  }
  assertEquals(receiver.posts.length, 2);
  assertEquals(receiver.posts[1]!.webhookId, receiver.posts[0]!.webhookId);
  assertEquals(bench.log.attempts(1).map(({ code }) => code), ["lost", "answered"]);
  // The first attempt reports back after all, but its lease is no longer valid.
  receiver.open[0]!.answer("retry");
  await Promise.resolve();
  assertEquals(bench.log.counts().messages, { delivered: 1 });
});

Deno.test("OutboxDispatcher delays no endpoint for a slow one", async () => {
  const { bench, receiver } = benchWith(["fast", "slow"]);
  using _ = bench;
  receiver.instant = (endpoint) => endpoint === "fast" ? "ok" : undefined;
  for (let n = 0; n < 20; n++) bench.api.publish(eventAt(0, `u${n}`));
  await bench.settle();
  const fast = () => receiver.posts.filter(({ endpoint }) => endpoint === "fast").length;
  for (let step = 0; step < 25 && fast() < 20; step++) await bench.watch.dispatcher.step();
  assertEquals(fast(), 20);
  assert(receiver.posts.filter(({ endpoint }) => endpoint === "slow").length <= 4);
});

Deno.test("OutboxDispatcher cancels the messages of a removed endpoint, and redelivers none by itself", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.settle();
  (bench.ports.endpoints as unknown[]).length = 0;
  assertEquals(await bench.watch.dispatcher.step(), undefined);
  assertEquals(bench.log.counts().messages, { cancelled: 1 });
  assertEquals(receiver.posts, []);
});

Deno.test("OutboxDispatcher goes on after an alert that no body can be made of, which becomes a dead letter", async () => {
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
    bench.clock.set(bench.watch.dispatcher.nextWakeAt()!);
    await bench.watch.dispatcher.step();
  }
  assertEquals(bench.log.counts().messages, { dead: 1, delivered: 2 });
  const [dead] = bench.log.deliveries({ webhookId: first!.id, limit: 1 });
  assertEquals(bench.log.attempts(dead!.id).map(({ code }) => code), Array(3).fill("body_failed"));
});

Deno.test("OutboxDispatcher sends an endpoint no alert below its level", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  receiver.instant = () => "ok";
  (bench.ports.endpoints as unknown[]).push(endpointOf("pager", { minLevel: "critical" }));
  bench.api.publish(eventAt(0));
  await bench.settle();
  while ((await bench.watch.dispatcher.step() ?? Infinity) <= bench.clock.now());
  assertEquals(receiver.posts.map(({ endpoint }) => endpoint), ["siem"]);
});

Deno.test("OutboxDispatcher does not wait for an endpoint that has nothing due, so that it never spins", async () => {
  const { bench, receiver } = benchWith(["good", "slow"]);
  using _ = bench;
  receiver.instant = (endpoint) => endpoint === "good" ? "ok" : undefined;
  bench.api.publish(eventAt(0));
  await bench.settle();
  bench.watch.dispatcher.start();
  await settled();
  bench.clock.advance(15_000);
  receiver.open[0]!.answer("retry"); // after 15 s, so it rests for as long as others are busy
  await settled();
  const later = { webhookId: bench.log.alertsAfter(0, 1)[0]!.id, endpoint: "good" };
  bench.sql.run("DELETE FROM outbox WHERE endpoint = 'good'");
  bench.log.transaction(() =>
    bench.log.queue([{ ...later, level: "high", dueAt: START + 9 * HOUR }], START)
  );
  const next = bench.watch.dispatcher.nextWakeAt()!;
  assertEquals(next, START + 20_000);
  bench.clock.set(next);
  assertEquals(bench.watch.dispatcher.start(), 1);
});

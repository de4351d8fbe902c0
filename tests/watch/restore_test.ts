import { assert, assertEquals } from "@std/assert";
import { openPart } from "../../src/store/backup/backup_part.ts";
import { pushedRecord } from "../support/otlp.ts";
import { Bench, eventAt, HOUR, MINUTE } from "./bench_of.ts";
import { benchWith } from "./receiver.ts";

Deno.test("a log that was put back goes on where it was: each event once, and no alert of the past is sent again", async () => {
  const { bench, receiver } = benchWith(["siem"]);
  using _ = bench;
  const { log, watch } = bench;
  receiver.instant = () => "ok";
  for (const ms of [0, 0, 1_000]) bench.api.publish(eventAt(ms)); // twins
  await bench.pass(5 * MINUTE);
  const before = receiver.posts.map(({ webhookId }) => webhookId);
  assertEquals(before.length, 3);
  const parts = [...log.backup(bench.clock.now())].map(openPart);

  bench.api.publish(eventAt(5 * MINUTE, "b"));
  await bench.pass(40 * MINUTE);
  const since = receiver.posts.slice(before.length).map(({ webhookId }) => webhookId);
  assertEquals(since.length, 1);

  receiver.posts.length = 0;
  const now = bench.clock.now();
  for (const part of parts) {
    const { isDone, header } = log.transaction(() => {
      const restored = log.restore(part, { now, isReplacing: true });
      if (restored.isDone) watch.collector.continueFrom(restored.header.collector);
      return restored;
    });
    if (isDone) break;
    const asked = bench.api.asked.length;
    await watch.tick();
    assertEquals(bench.api.asked.length, asked, "nothing is read meanwhile");
    const reasons = watch.reasons().map(({ code }) => code);
    assert(reasons.includes("restoring"), header.startedAt);
  }
  bench.api.publish(eventAt(50 * MINUTE, "c"));
  await bench.pass(20 * MINUTE);
  bench.assertComplete();
  // What came after the backup is found again, and told under the same id.
  assertEquals(receiver.posts[0]?.webhookId, since[0]);
  assertEquals(receiver.posts.length, 2);
  assert(!watch.reasons().some(({ code }) => code === "restoring"));
});

Deno.test("a page that was asked for before a backup is put back is not recorded into it", async () => {
  const { bench } = benchWith(["siem"]);
  using _ = bench;
  const { log, watch } = bench;
  await bench.pass(MINUTE);
  const parts = [...log.backup(bench.clock.now())].map(openPart);
  bench.clock.set(bench.clock.now() + 2 * MINUTE);
  bench.api.publish(eventAt(MINUTE));
  const step = watch.collector.step();
  const now = bench.clock.now();
  for (const part of parts) log.transaction(() => log.restore(part, { now, isReplacing: true }));
  log.transaction(() => watch.collector.continueFrom(null));
  const { revision } = watch.collector.state();
  await step;
  assertEquals(log.counts().events, 0);
  assertEquals(watch.collector.state().revision, revision);
});

Deno.test("pushed events that a backup has replaced are no longer waited for", async () => {
  using bench = new Bench({}, { isPushed: true });
  const { log, watch } = bench;
  await bench.settle();
  const parts = [...log.backup(bench.clock.now())].map(openPart);
  bench.clock.set(bench.clock.now() + MINUTE);
  watch.push([pushedRecord(eventAt(MINUTE, "never polled"))]);
  const now = bench.clock.now();
  for (const part of parts) log.transaction(() => log.restore(part, { now, isReplacing: true }));
  log.transaction(() => watch.collector.continueFrom(null));
  await bench.run(4 * HOUR);
  assertEquals([log.counts().events, watch.status().push?.unconfirmed], [0, 0]);
});

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SseReader } from "../support/read_sse.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

const HOUR = 3_600_000;

/** Publishes `count` events, two in each second. */
const publish = (worker: WorkerFixture, count: number, from = Date.now() - HOUR) =>
  worker.api.publishMany(count, from, 500);

const recorded = (worker: WorkerFixture, count: number) =>
  eventually(() => worker.log(), (log) => log.length >= count);

Deno.test("the Worker: a client that reconnects with Last-Event-ID misses no event and sees none twice", async () => {
  await using worker = await WorkerFixture.start();
  await publish(worker, 600);
  const seen: string[] = [];
  let lastEventId: string | undefined;
  // Disconnected after few or many events, usually in the middle of a batch.
  for (const cut of [1, 2, 50, 131, 3, 200]) {
    const aborting = new AbortController();
    const reader = await worker.stream("/v1/events", lastEventId, aborting.signal);
    const ready = await reader.next();
    assertEquals(ready?.event, "ready");
    if (lastEventId) assertEquals(ready?.id, lastEventId);
    for (const { id } of await reader.take(cut)) seen.push(lastEventId = id!);
    aborting.abort();
  }
  // Events that are published while nobody listens arrive too.
  await publish(worker, 50, Date.now() - 300_000);
  const reader = await worker.stream("/v1/events", lastEventId);
  await reader.next();
  for (const { id } of await reader.take(650 - seen.length)) seen.push(id!);
  await reader.cancel();
  assertEquals(seen, (await recorded(worker, 650)).map(({ id }) => id));
  assertEquals(new Set(seen).size, 650);
});

Deno.test("the Worker: a client sees every event once although its object is killed", async () => {
  await using worker = await WorkerFixture.start({ entry: TEST_ENTRY });
  await publish(worker, 300);
  await recorded(worker, 300);
  const seen: string[] = [];
  let lastEventId: string | undefined;
  let reader = await worker.stream("/v1/events");
  for (let round = 0; round < 3; round++) {
    await reader.next();
    for (const { id } of await reader.take(40)) seen.push(lastEventId = id!);
    await worker.kill();
    await publish(worker, 20, Date.now() - 600_000 + round * 60_000);
    await reader.cancel().catch(() => {});
    reader = await worker.stream("/v1/events", lastEventId);
  }
  await reader.next();
  for (const { id } of await reader.take(360 - seen.length)) seen.push(id!);
  await reader.cancel();
  assertEquals(seen, (await worker.log()).map(({ id }) => id));
  assertEquals(new Set(seen).size, 360);
});

Deno.test("the Worker ends the stream of a killed object, so that its client reconnects", async () => {
  await using worker = await WorkerFixture.start({ entry: TEST_ENTRY });
  await publish(worker, 1);
  const reader = await worker.stream("/v1/events");
  await reader.take(2);
  const end = reader.next().catch(() => undefined);
  await worker.kill();
  assertEquals(await end, undefined);
});

Deno.test("the Worker announces a gap for an unknown id", async () => {
  await using worker = await WorkerFixture.start();
  await publish(worker, 10);
  const log = await recorded(worker, 10);
  for (const id of ["otherepoch.5", log[0]!.id.replace(/\d+$/, "999"), "nonsense"]) {
    const reader = await worker.stream("/v1/events", id);
    const [gap, ready, first] = await reader.take(3);
    assertEquals([gap?.event, ready?.event, first?.event], ["gap", "ready", "audit"]);
    assertEquals(first?.id, log[0]!.id);
    await reader.cancel();
  }
});

Deno.test("the Worker announces a gap for an id that retention has removed", async () => {
  await using worker = await WorkerFixture.start();
  await publish(worker, 10);
  const log = await recorded(worker, 10);
  await worker.sql("DELETE FROM events WHERE seq <= 5");
  await publish(worker, 1, Date.now() - 60_000); // the object notices what it writes itself
  await recorded(worker, 6);
  const reader = await worker.stream("/v1/events", log[1]!.id);
  const gap = await reader.next();
  assertEquals([gap?.event, JSON.parse(gap!.data)], [
    "gap",
    { requested: log[1]!.id, from: log[4]!.id, lost: 3 },
  ]);
  await reader.cancel();
});

Deno.test("the Worker closes the subscription of a client that has gone, at the next write", async () => {
  await using worker = await WorkerFixture.start();
  const subscribers = async () =>
    (await worker.json("/v1/status") as { subscribers: { events: number } }).subscribers.events;
  const aborting = new AbortController();
  const open = await Promise.all(
    Array.from(
      { length: 5 },
      (_, n) => worker.stream("/v1/events", undefined, n < 3 ? aborting.signal : undefined),
    ),
  );
  for (const reader of open) await reader.next();
  assertEquals(await subscribers(), 5);
  aborting.abort();
  // workerd checks a connection only when it writes to it; in quiet times the heartbeat does that.
  let published = 0;
  const publishAndCount = async () => {
    await worker.api.publish({ event: `Event ${published++}`, date: Date.now() - 60_000 });
    return await subscribers();
  };
  await eventually(publishAndCount, (count) => count === 2);
  for (const reader of open.slice(3)) await reader.cancel();
  await eventually(publishAndCount, (count) => count === 0);
});

Deno.test("the Worker sends the first bytes at once, before there is any event", async () => {
  await using worker = await WorkerFixture.start();
  const response = await worker.fetch("/v1/events");
  assertEquals(response.headers.get("Content-Type"), "text/event-stream; charset=utf-8");
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  assert(new TextDecoder().decode(value).startsWith(": "));
  await reader.cancel();
});

Deno.test("the Worker's log keeps its epoch when its object is evicted", async () => {
  await using worker = await WorkerFixture.start();
  await publish(worker, 3);
  const before = await recorded(worker, 3);
  await worker.evict();
  assertEquals((await worker.log()).map(({ id }) => id), before.map(({ id }) => id));
  assertNotEquals(before[0]!.id, undefined);
});

Deno.test("the Worker gives the places of clients that have gone to new ones as soon as room runs out", async () => {
  await using worker = await WorkerFixture.start({ vars: { MAX_STREAMS: "4" } });
  for (let round = 0; round < 3; round++) {
    const gone = new AbortController();
    const open = await Promise.all(
      Array.from({ length: 4 }, () => worker.stream("/v1/events", undefined, gone.signal)),
    );
    for (const reader of open) assertEquals((await reader.next())?.event, "ready");
    gone.abort(); // nothing is written to them for 15 to 25 seconds
  }
  const { streams } = await worker.json("/v1/status") as { streams: Record<string, number> };
  assertEquals([streams["max"], streams["refused"]], [4, 0]);
});

Deno.test("the Worker does not let one reader take all streams, whatever it says that it is", async () => {
  const OTHER = "the-token-of-another-reader";
  const OPERATOR = "the-token-of-the-operator";
  await using worker = await WorkerFixture.start({
    vars: {
      MAX_STREAMS: "10",
      API_TOKENS: JSON.stringify([
        { name: "greedy", sha256: await sha256(TOKEN), scopes: ["read"] },
        { name: "other", sha256: await sha256(OTHER), scopes: ["read"] },
        { name: "operator", sha256: await sha256(OPERATOR), scopes: ["admin"] },
      ]),
    },
  });
  const stop = new AbortController();
  const first = async (token: string) => {
    const response = await fetch(new URL("/v1/events", worker.url), {
      headers: {
        Authorization: `Bearer ${token}`,
        "Panoptes-Token": crypto.randomUUID(),
        "Panoptes-Scopes": "admin",
      },
      signal: stop.signal,
    });
    const reader = new SseReader(response.body!);
    const message = await reader.next();
    reader.next().catch(() => {}); // goes on reading
    return message?.event;
  };
  const all = async (token: string, count: number) => {
    const events = await Promise.all(Array.from({ length: count }, () => first(token)));
    return events.filter((event) => event === "ready").length;
  };
  assertEquals(await all(TOKEN, 12), 5);
  assertEquals(await all(OTHER, 6), 4);
  assertEquals(await all(OPERATOR, 1), 1);
  stop.abort();
});

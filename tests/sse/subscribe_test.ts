import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CloseReason, subscribe, type SubscribeOptions } from "../../src/sse/subscribe.ts";
import { ManualClock, settled } from "../support/manual_clock.ts";
import { MemorySource, messageOf } from "../support/memory_source.ts";
import { SseReader } from "../support/read_sse.ts";

function open(source: MemorySource, options: Partial<SubscribeOptions> = {}) {
  const clock = new ManualClock();
  const closes: (CloseReason | [CloseReason, unknown])[] = [];
  const stream = subscribe(source, {
    clock,
    random: () => 0.5,
    onClose: (reason, error) => closes.push(error === undefined ? reason : [reason, error]),
    ...options,
  });
  return { clock, closes, stream };
}

const ids = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `k3.${from + index}`);

Deno.test("subscribe() greets with a comment first, then retry and ready", async () => {
  const { stream } = open(new MemorySource(3));
  const reader = stream.getReader();
  const { value } = await reader.read();
  const text = new TextDecoder().decode(value);
  assertEquals(
    text,
    ": welcome\n\nretry: 3000\n\n" +
      'id: k3.0\nevent: ready\ndata: {"from":"k3.0","to":"k3.3","gap":false}\n\n',
  );
  await reader.cancel();
});

Deno.test("subscribe() replays, then continues live, each message once and in order", async () => {
  const source = new MemorySource(1_000);
  const { stream } = open(source);
  const reader = new SseReader(stream);
  await reader.next();
  const replayed = await reader.take(1_000);
  assertEquals(replayed.map(({ id }) => id), ids(1, 1_000));
  assertEquals(replayed[41], { id: "k3.42", event: "audit", data: messageOf(42).body });
  source.append('{"event":"live"}');
  source.append('{"event":"more"}', '{"event":"and more"}');
  assertEquals((await reader.take(3)).map(({ id }) => id), ids(1_001, 1_003));
  await reader.cancel();
});

Deno.test("subscribe() sends what is appended while it replays, once", async () => {
  const source = new MemorySource(500);
  const { stream } = open(source);
  const reader = new SseReader(stream);
  await reader.next();
  const seen: (string | undefined)[] = [];
  for (let seq = 1; seq <= 600; seq++) {
    if (seq % 5 === 0 && seq <= 500) source.append("{}");
    seen.push((await reader.next())?.id);
  }
  assertEquals(seen, ids(1, 600));
  await reader.cancel();
});

Deno.test("subscribe() continues after the id that a client sends", async () => {
  const { stream } = open(new MemorySource(9), { lastEventId: "k3.7" });
  const reader = new SseReader(stream);
  assertEquals(await reader.next(), {
    id: "k3.7",
    event: "ready",
    data: '{"from":"k3.7","to":"k3.9","gap":false}',
  });
  assertEquals((await reader.take(2)).map(({ id }) => id), ids(8, 9));
  await reader.cancel();
});

Deno.test("subscribe() announces a gap before ready for an unknown id, and replays what is kept", async () => {
  const source = new MemorySource(9);
  source.evictBelow(6);
  const { stream } = open(source, { lastEventId: "k3.2" });
  const reader = new SseReader(stream);
  const [gap, ready] = await reader.take(2);
  assertEquals(gap, {
    id: undefined,
    event: "gap",
    data: '{"requested":"k3.2","from":"k3.5","lost":3}',
  });
  assertEquals(ready, {
    id: "k3.5",
    event: "ready",
    data: '{"from":"k3.5","to":"k3.9","gap":true}',
  });
  assertEquals((await reader.take(4)).map(({ id }) => id), ids(6, 9));
  await reader.cancel();
});

Deno.test("subscribe() announces what is evicted under a slow reader", async () => {
  const source = new MemorySource(1_000);
  const { stream } = open(source);
  const reader = new SseReader(stream);
  await reader.next();
  const first = await reader.next();
  assertEquals(first?.id, "k3.1");
  source.evictBelow(900);
  const rest = [first!];
  while (rest.at(-1)?.id !== "k3.1000") rest.push(...await reader.take(1));
  const gapAt = rest.findIndex(({ event }) => event === "gap");
  const { requested, from, lost } = JSON.parse(rest[gapAt]!.data);
  assertEquals(requested, rest[gapAt - 1]!.id);
  assertEquals(from, "k3.899");
  assertEquals(lost, 899 - gapAt);
  assertEquals(rest[gapAt + 1]!.id, "k3.900");
  await reader.cancel();
});

Deno.test("subscribe() writes many messages at a time, at most 64 KiB", async () => {
  const source = new MemorySource();
  source.append(...Array.from({ length: 2_000 }, () => JSON.stringify("é".repeat(500))));
  const { stream } = open(source);
  const sizes: number[] = [];
  const reader = stream.getReader();
  await reader.read();
  for (let read = 0; read < 20; read++) sizes.push((await reader.read()).value!.length);
  assert(Math.max(...sizes) <= 65_536, `a write of ${Math.max(...sizes)} bytes`);
  assert(Math.min(...sizes) > 60_000, `a write of ${Math.min(...sizes)} bytes`);
  await reader.cancel();
});

Deno.test("subscribe() writes to a reader that lags as little at a time as it is told, and to one that is up to date all at once", async () => {
  const source = new MemorySource(200);
  const { stream } = open(source, { writeBytes: () => 1_024 });
  const sizes: number[] = [];
  const decoder = new TextDecoder();
  let text = "";
  const reader = stream.getReader();
  const read = async () => {
    const { value } = await reader.read();
    sizes.push(value!.length);
    text += decoder.decode(value, { stream: true });
  };
  while (!text.endsWith(`${messageOf(200).body}\n\n`)) await read();
  assert(Math.max(...sizes) <= 1_024, `a write of ${Math.max(...sizes)} bytes`);
  assertEquals(text.match(/^id: k3\.\d+$/gm), ids(0, 200).map((id) => `id: ${id}`));

  const next = read(); // asks for more, and so is up to date
  await settled();
  source.append(...Array.from({ length: 100 }, () => JSON.stringify("x".repeat(500))));
  await next;
  assert(sizes.at(-1)! > 50_000, `a write of ${sizes.at(-1)} bytes`);
  await reader.cancel();
});

Deno.test("subscribe() sends a message that is larger than a batch alone and whole", async () => {
  const source = new MemorySource(1);
  const long = JSON.stringify("x".repeat(200_000));
  source.append(long, "{}");
  const { stream } = open(source);
  const reader = new SseReader(stream);
  assertEquals((await reader.take(4)).map(({ data }) => data).slice(1), [
    messageOf(1).body,
    long,
    "{}",
  ]);
  await reader.cancel();
});

Deno.test("subscribe() reads and encodes once for all who are up to date", async () => {
  const source = new MemorySource();
  const readers = Array.from(
    { length: 50 },
    () => open(source, { lastEventId: "latest" }).stream.getReader(),
  );
  for (const reader of readers) await reader.read();
  const pending = readers.map((reader) => reader.read());
  await settled();
  source.reads = 0;
  source.append("{}");
  const chunks = await Promise.all(pending);
  assertEquals(new Set(chunks.map(({ value }) => value)).size, 1);
  assertEquals(source.reads, 1);
  for (const reader of readers) await reader.cancel();
});

Deno.test("subscribe() announces a gap when the log begins a new epoch under a reader, and repeats no stale batch", async () => {
  const source = new MemorySource(3);
  const readers = [open(source), open(source)].map(({ stream }) => new SseReader(stream));
  for (const reader of readers) await reader.take(4);
  source.append("{}"); // the batch that is kept for all who are up to date
  assertEquals((await readers[0]!.next())?.id, "k3.4");
  source.epoch = "k4";
  for (const reader of readers) {
    const [gap, ...rest] = await reader.take(5);
    const asked = reader === readers[0] ? "k3.4" : "k3.3";
    assertEquals([gap?.event, JSON.parse(gap!.data)], [
      "gap",
      { requested: asked, from: "k4.0", lost: null },
    ]);
    assertEquals(rest.map(({ id }) => id), ["k4.1", "k4.2", "k4.3", "k4.4"]);
    await reader.cancel();
  }
});

Deno.test("subscribe() reads nothing for a reader that does not read, however much is appended", async () => {
  const source = new MemorySource();
  const { stream } = open(source);
  await settled();
  for (let append = 0; append < 100; append++) source.append(JSON.stringify("x".repeat(50_000)));
  await settled();
  assertEquals(source.reads, 0);
  await stream.cancel();
});

Deno.test("subscribe() closes the stream of a reader that stalls for 30 s, and buffers nothing for it", async () => {
  const source = new MemorySource(500);
  const { stream, clock, closes } = open(source);
  const reader = stream.getReader();
  await reader.read();
  await clock.pass(20_000);
  assertStringIncludes(new TextDecoder().decode((await reader.read()).value), "id: k3.1\n");
  await clock.pass(29_999);
  assertEquals(closes, []);
  await clock.pass(1);
  assertEquals(closes, ["stalled"]);
  assertEquals((await reader.read()).done, true);
  assertEquals([source.listeners.size, clock.pending], [0, 0]);
});

Deno.test("subscribe() closes the stream of a reader that never reads", async () => {
  const source = new MemorySource(5);
  const { clock, closes } = open(source);
  await clock.pass(30_000);
  assertEquals(closes, ["stalled"]);
  assertEquals([source.listeners.size, clock.pending, source.reads], [0, 0, 0]);
});

Deno.test("subscribe() sends a heartbeat 15 to 25 s after its last write, and only then", async () => {
  for (const [chance, pause] of [[0, 15_000], [0.999, 24_990]] as const) {
    const source = new MemorySource();
    const { stream, clock } = open(source, { random: () => chance });
    const reader = new SseReader(stream);
    await reader.next();
    const message = reader.next();
    await clock.pass(pause - 1);
    assertEquals(reader.comments, ["welcome"]);
    await clock.pass(1);
    assertEquals(reader.comments, ["welcome", "heartbeat"]);
    await clock.pass(pause - 1_000);
    source.append("{}");
    assertEquals((await message)?.id, "k3.1");
    const end = reader.next();
    await clock.pass(pause - 1_000);
    assertEquals(reader.comments.length, 2);
    await clock.pass(1_000);
    assertEquals(reader.comments.length, 3);
    await reader.cancel();
    assertEquals(await end, undefined);
  }
});

Deno.test("subscribe() ends after 10 to 15 minutes, when everything is written", async () => {
  for (const [chance, least] of [[0, 600_000], [0.999, 899_000]] as const) {
    const source = new MemorySource(1);
    const { stream, clock, closes } = open(source, { random: () => chance });
    const reader = new SseReader(stream);
    assertEquals((await reader.take(2)).length, 2);
    const end = reader.next();
    await clock.pass(least - 1);
    assertEquals(closes, []);
    await clock.pass(1_001);
    assertEquals(closes, ["aged"]);
    assertEquals(await end, undefined);
    assertEquals([source.listeners.size, clock.pending], [0, 0]);
  }
});

Deno.test("subscribe() sends heartbeats, ages and closes a stalled reader even if the clock is set back by a day", async () => {
  const { stream, clock, closes } = open(new MemorySource());
  const reader = new SseReader(stream);
  await reader.next();
  const end = reader.next();
  await clock.pass(10_000);
  clock.correct(clock.now() - 86_400_000);
  await clock.pass(120_000);
  assert(reader.comments.length >= 5, `${reader.comments.length} comments in two minutes`);
  await clock.pass(800_000);
  assertEquals(closes, ["aged"]);
  assertEquals(await end, undefined);

  const standing = open(new MemorySource(5));
  const idle = standing.stream.getReader();
  await idle.read();
  standing.clock.correct(standing.clock.now() - 86_400_000);
  await standing.clock.pass(90_000);
  assertEquals(standing.closes, ["stalled"]);
});

Deno.test("subscribe() is closed once by cancel(), and releases everything", async () => {
  const source = new MemorySource();
  const aborting = new AbortController();
  const { stream, clock, closes } = open(source, { signal: aborting.signal });
  const reader = stream.getReader();
  await reader.read();
  const pending = reader.read();
  await reader.cancel();
  aborting.abort();
  assertEquals((await pending).done, true);
  assertEquals(closes, ["cancelled"]);
  await settled();
  assertEquals([source.listeners.size, clock.pending], [0, 0]);
});

Deno.test("subscribe() is closed once by its signal, and a late cancel() changes nothing", async () => {
  const source = new MemorySource();
  const aborting = new AbortController();
  const { stream, clock, closes } = open(source, { signal: aborting.signal });
  const reader = stream.getReader();
  await reader.read();
  aborting.abort(new Error("gone"));
  assertEquals((await reader.read()).done, true);
  await reader.cancel();
  assertEquals(closes, ["aborted"]);
  await settled();
  assertEquals([source.listeners.size, clock.pending], [0, 0]);
});

Deno.test("subscribe() with a signal that has already aborted opens nothing", async () => {
  const source = new MemorySource(5);
  const { stream, closes } = open(source, { signal: AbortSignal.abort() });
  assertEquals((await stream.getReader().read()).done, true);
  assertEquals(closes, ["aborted"]);
  assertEquals(source.listeners.size, 0);
});

Deno.test("subscribe() ends quietly when the log cannot be read, so that the client reconnects", async () => {
  const source = new MemorySource(5);
  const { stream, clock, closes } = open(source);
  source.failure = new Error("storage is gone");
  const reader = new SseReader(stream);
  assertEquals((await reader.next())?.event, "ready");
  assertEquals(await reader.next(), undefined);
  assertEquals(closes, [["failed", source.failure]]);
  assertEquals([source.listeners.size, clock.pending], [0, 0]);
});

Deno.test("subscribe(): a stalled reader does not delay another", async () => {
  const source = new MemorySource();
  const { stream: still } = open(source);
  const { stream } = open(source);
  const reader = new SseReader(stream);
  await reader.next();
  for (let seq = 1; seq <= 50; seq++) {
    source.append("{}");
    assertEquals((await reader.next())?.id, `k3.${seq}`);
  }
  await reader.cancel();
  await still.cancel();
});

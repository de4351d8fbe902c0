import { assertEquals, assertRejects } from "@std/assert";
import { streamOf } from "../../src/stream/stream_of.ts";

Deno.test("streamOf() asks for one item at a time, and only when it is read", async () => {
  let asked = 0;
  const reader = streamOf(async function* () {
    for (;;) yield ++asked;
  }).getReader();
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  assertEquals(asked, 0);
  assertEquals((await reader.read()).value, 1);
  assertEquals((await reader.read()).value, 2);
  assertEquals(asked, 2);
  await reader.cancel();
});

Deno.test("streamOf() gives its source a signal whose reason is the cancellation's", async () => {
  const reason = new Error("stop");
  let seen: unknown;
  const stream = streamOf(async function* (signal) {
    signal.addEventListener("abort", () => seen = signal.reason);
    yield* [1, 2];
  });
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel(reason);
  assertEquals(seen, reason);
});

Deno.test("streamOf() does not fail a cancellation because the wait that it ends rejects", async () => {
  const stream = streamOf(async function* (signal) {
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    yield 1;
  });
  const reader = stream.getReader();
  const read = reader.read();
  await reader.cancel(new Error("stop"));
  assertEquals((await read).done, true);
});

Deno.test("streamOf() reports a failed cleanup to the caller of cancel()", async () => {
  const stream = streamOf(async function* () {
    try {
      yield* [1, 2];
    } finally {
      await Promise.reject(new Error("cleanup"));
    }
  });
  const reader = stream.getReader();
  await reader.read();
  await assertRejects(() => reader.cancel(), Error, "cleanup");
});

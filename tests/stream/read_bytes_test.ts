import { assertEquals, assertRejects } from "@std/assert";
import { readBytes } from "../../src/stream/read_bytes.ts";

function bodyOf(...chunks: number[][]): { body: ReadableStream<Uint8Array>; log: string[] } {
  const log: string[] = [];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) return controller.close();
      log.push(`pull ${chunk.length}`);
      controller.enqueue(new Uint8Array(chunk));
    },
    cancel: () => void log.push("cancel"),
  }, { highWaterMark: 0 });
  return { body, log };
}

Deno.test("readBytes() joins chunks in their order", async () => {
  assertEquals([...await readBytes(bodyOf([1, 2], [], [3]).body, 3)], [1, 2, 3]);
  assertEquals([...await readBytes(bodyOf([1, 2]).body, 3)], [1, 2]);
  assertEquals([...await readBytes(bodyOf().body, 3)], []);
  assertEquals([...await readBytes(null, 0)], []);
});

Deno.test("readBytes() cancels a body that is too large, and reads no further", async () => {
  const { body, log } = bodyOf([1, 2], [3, 4], [5], [6], [7], [8]);
  await assertRejects(() => readBytes(body, 3), RangeError);
  assertEquals(log.includes("cancel"), true);
  assertEquals(log.includes("pull 1"), false);
});

Deno.test("readBytes() cancels a stalled body when the signal aborts", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  let cancelled: unknown;
  const body = new ReadableStream<Uint8Array>({ cancel: (why) => void (cancelled = why) });
  const reading = readBytes(body, 10, stop.signal).catch((error) => error);
  stop.abort(reason);
  assertEquals(await reading, reason);
  assertEquals(cancelled, reason);
});

Deno.test("readBytes() passes on the failure of a body", async () => {
  const failure = new Error("reset");
  const body = new ReadableStream<Uint8Array>({ start: (stream) => stream.error(failure) });
  assertEquals(await readBytes(body, 10).catch((error) => error), failure);
});

import { assertEquals, assertRejects } from "@std/assert";
import { LimitedBytesTransformStream } from "../../src/stream/limited_bytes.ts";
import {
  mergeReadableStreams,
  TextLineStream,
  toText,
  toTransformStream,
} from "../../src/stream/std_streams.ts";

const bytes = (text: string) => new Blob([text]).stream();

Deno.test("LimitedBytesTransformStream ends or fails at its limit", async () => {
  const limited = (error: boolean) =>
    toText(bytes("12345").pipeThrough(new LimitedBytesTransformStream(4, { error })));
  assertEquals(await limited(false), "");
  await assertRejects(() => limited(true), RangeError);
});

Deno.test("TextLineStream cuts at LF and CRLF, wherever chunks end", async () => {
  const lines = ReadableStream.from(["a\r", "\nb\nc", "d"]).pipeThrough(new TextLineStream());
  assertEquals(await Array.fromAsync(lines), ["a", "b", "cd"]);
});

Deno.test("mergeReadableStreams gives every chunk of every stream", async () => {
  const merged = mergeReadableStreams(ReadableStream.from([1, 3]), ReadableStream.from([2]));
  assertEquals((await Array.fromAsync(merged)).toSorted(), [1, 2, 3]);
});

Deno.test("toTransformStream makes a transform of a generator", async () => {
  const doubled = ReadableStream.from([1, 2]).pipeThrough(toTransformStream(
    async function* (source: ReadableStream<number>) {
      for await (const item of source) yield item * 2;
    },
  ));
  assertEquals(await Array.fromAsync(doubled), [2, 4]);
});

import { LimitedBytesTransformStream } from "./std_streams.ts";

/**
 * Reads a body to its end, or gives it up as soon as it turns out to be too long. The body is consumed or
 * cancelled either way.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { readBytes } from "./read_bytes.ts";
 *
 * assertEquals((await readBytes(new Response("four").body, 4)).length, 4);
 * await assertRejects(() => readBytes(new Response("five!").body, 4), RangeError);
 * ```
 *
 * @param body The stream; null is a body of no bytes.
 * @param maxBytes The most bytes that are accepted.
 * @param signal Gives it up, even a body that knows nothing of the signal of its request.
 * @returns The whole body.
 * @throws {RangeError} If there are more.
 */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const limited = body.pipeThrough(
    new LimitedBytesTransformStream(maxBytes, { error: true }),
    signal === undefined ? {} : { signal },
  );
  for await (const chunk of limited) {
    chunks.push(chunk);
    length += chunk.length;
  }
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

import { LimitedBytesTransformStream } from "./limited_bytes.ts";

/**
 * Reads a body to its end, or cancels it as soon as it turns out to be too large.
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
 * @param body The stream; null means an empty body.
 * @param maxBytes The maximum size.
 * @param signal Cancels the body, even one that ignores the signal of its request.
 * @returns The whole body.
 * @throws {RangeError} If the body is larger than `maxBytes`.
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

/**
 * The parts of @std/streams that Panoptes uses, with their types: the npm republication of Deno's
 * standard library has none, and one registry has to serve both Deno and Wrangler's bundler.
 *
 * @module
 */
import * as std from "@std/streams";

/** Splits text into lines at LF or CRLF (and at a lone CR if `allowCR`). */
export const TextLineStream: new (
  options?: { allowCR?: boolean },
) => TransformStream<string, string> = std.TextLineStream;

/** Merges streams into one; each chunk is passed on as soon as its stream has it. */
export const mergeReadableStreams: <T>(
  ...streams: ReadableStream<T>[]
) => ReadableStream<T> = std.mergeReadableStreams;

/** Makes a TransformStream from a generator function over a stream. */
export const toTransformStream: <I, O>(
  transformer: (source: ReadableStream<I>) => Iterable<O> | AsyncIterable<O>,
  writableStrategy?: QueuingStrategy<I>,
  readableStrategy?: QueuingStrategy<O>,
) => TransformStream<I, O> = std.toTransformStream;

/** Reads a stream of bytes or text to its end, as one string. */
export const toText: (stream: ReadableStream<Uint8Array | string>) => Promise<string> = std.toText;

/**
 * Like `std_streams.ts`, but alone: the Worker needs only this one, and the others would come with
 * it, since no bundler can know that they do nothing when they are loaded.
 *
 * @module
 */
import * as std from "@std/streams/limited-bytes-transform-stream";

/**
 * Passes up to `size` bytes through; then ends the stream, or fails it with a RangeError if
 * `error`.
 */
export const LimitedBytesTransformStream: new (
  size: number,
  options?: { error?: boolean },
) => TransformStream<Uint8Array, Uint8Array> = std.LimitedBytesTransformStream;

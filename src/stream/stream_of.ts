/**
 * Turns an async iterable into a stream that asks for an item only when its reader does, and whose
 * `cancel()` reaches a waiting iterator.
 *
 * `ReadableStream.from()` cannot do the latter: `return()` queues behind a waiting `next()`, so the
 * cancellation hangs and `finally` never runs. Here the signal ends the wait first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { streamOf } from "./stream_of.ts";
 *
 * const numbers = streamOf(async function* () {
 *   yield* [1, 2, 3];
 * });
 * assertEquals(await Array.fromAsync(numbers), [1, 2, 3]);
 * ```
 *
 * @typeParam T What the stream carries.
 * @param source Opens the iterable; it must pass the signal to everything that it waits for.
 * @returns A stream with a high-water mark of zero: nothing is fetched ahead of the reader.
 */
export function streamOf<T>(
  source: (signal: AbortSignal) => AsyncIterable<T>,
): ReadableStream<T> {
  const closing = new AbortController();
  const items = source(closing.signal)[Symbol.asyncIterator]();
  return new ReadableStream<T>({
    async pull(controller) {
      const item = await items.next();
      if (item.done) controller.close();
      else controller.enqueue(item.value);
    },
    async cancel(reason) {
      closing.abort(reason); // ends a waiting next() first, or return() would queue behind it for ever
      await items.return?.();
    },
  }, { highWaterMark: 0 });
}

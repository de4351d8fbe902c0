/**
 * Turns an async iterable into a stream that asks for an item only when its reader does, and whose
 * `cancel()` reaches an iterator that is waiting.
 *
 * `ReadableStream.from()` cannot do the latter: `return()` queues behind a `next()` that waits, so the
 * cancellation hangs and `finally` never runs. Here the signal wakes the wait first.
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
 * @param source Opens the iterable; it must hand the signal to every wait beneath it.
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
      closing.abort(reason); // wakes a waiting next() first,
      await items.return?.(); // or return() would queue behind it for ever
    },
  }, { highWaterMark: 0 });
}

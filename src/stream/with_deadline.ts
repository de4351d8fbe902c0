import type { Clock } from "./clock.ts";

/**
 * Runs work that may take at most `ms` milliseconds. Each call has its own deadline, on the clock
 * that is passed in, and leaves no listener and no timer behind.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { systemClock } from "./clock.ts";
 * import { withDeadline } from "./with_deadline.ts";
 *
 * const clock = systemClock;
 * assertEquals(await withDeadline(1_000, () => Promise.resolve("in time"), { clock }), "in time");
 * await assertRejects(
 *   () => withDeadline(1, (signal) => clock.wait(60_000, signal), { clock }),
 *   DOMException,
 *   "1 ms",
 * );
 * ```
 *
 * @typeParam T The result of the work.
 * @param ms The timeout, in milliseconds.
 * @param work Must pass the signal to everything that it waits for: nothing else can end it.
 * @param options `clock` measures the time; `signal` is the caller's own, its reason passed on
 * unchanged.
 * @returns What `work` returned.
 * @throws {DOMException} A `TimeoutError`, also the reason of the signal, after the timeout.
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  { clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<T> {
  signal?.throwIfAborted();
  const either = new AbortController();
  const stop = () => either.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const settled = new AbortController();
  clock.wait(ms, settled.signal).then(
    () => either.abort(new DOMException(`Not done within ${ms} ms`, "TimeoutError")),
    () => {}, // the work was faster
  );
  try {
    return await work(either.signal);
  } finally {
    signal?.removeEventListener("abort", stop);
    settled.abort("settled"); // by default, the reason would be an error with a stack
  }
}

import type { Clock } from "./clock.ts";

/**
 * Does something that may take `ms` milliseconds and no longer. The deadline is made afresh at each call,
 * on the clock that is passed in, and leaves no listener and no timer behind.
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
 * @typeParam T What the work results in.
 * @param ms How long the work may take, in milliseconds.
 * @param work Must hand the signal to every wait beneath it: nothing else can end it.
 * @param options `clock` measures; `signal` is the caller's own, its reason passed on untouched.
 * @returns What `work` returned.
 * @throws {DOMException} A `TimeoutError`, as the signal's reason, once the time is over.
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
    settled.abort();
  }
}

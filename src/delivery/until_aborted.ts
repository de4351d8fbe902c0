/**
 * Waits for a promise until a signal aborts, for work that may ignore its own signal.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { untilAborted } from "./until_aborted.ts";
 *
 * assertEquals(await untilAborted(Promise.resolve(1), new AbortController().signal), 1);
 * await assertRejects(() => untilAborted(new Promise(() => {}), AbortSignal.abort(new Error("stop"))));
 * ```
 *
 * @typeParam T The type of the result.
 * @param work The promise; after an abort, it goes on and its result is ignored.
 * @param signal Its reason is the rejection.
 * @returns The result of `work`; no listener is left once it has settled.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Waits for a promise no longer than a signal allows, for work that may not heed its signal itself.
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
 * @typeParam T What the promise gives.
 * @param work The promise; it goes on by itself after an abort, and its outcome is then ignored.
 * @param signal Its reason is the rejection, untouched.
 * @returns What `work` gives; no listener is left once it has settled.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

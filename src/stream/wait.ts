/** The maximum delay that runtimes accept for one timer (2^31 - 1 ms, about 24.8 days). */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Resolves after `ms` milliseconds. This is the only timer of the project: every wait ends up here.
 *
 * @example
 * ```ts
 * import { wait } from "./wait.ts";
 *
 * await wait(1, AbortSignal.timeout(1_000));
 * ```
 *
 * @param ms Milliseconds; zero or less still yields once; more than 24.8 days waits 24.8 days.
 * @param signal Ends the wait early; the rejection is its reason, unchanged.
 * @returns A promise that leaves no listener and no timer once it has settled.
 */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    function stop() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
    // Again, because Deno's first setTimeout() runs pending microtasks, and one may have aborted.
    if (signal?.aborted) stop();
  });
}

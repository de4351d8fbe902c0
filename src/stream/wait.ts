/** The longest delay that runtimes accept in one timer (2^31 - 1 ms, about 24.8 days). */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Resolves after `ms` milliseconds. The only timer of the project: every other wait comes here.
 *
 * @example
 * ```ts
 * import { wait } from "./wait.ts";
 *
 * await wait(1, AbortSignal.timeout(1_000));
 * ```
 *
 * @param ms Milliseconds from now; zero or less still yields once; longer than 24.8 days waits 24.8 days.
 * @param signal Ends the wait early; its reason is the rejection, untouched.
 * @returns A promise that holds no listener and no timer once it has settled.
 */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    function stop() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
    // Again, because Deno's first setTimeout() runs the microtasks that are due, and one may have aborted.
    if (signal?.aborted) stop();
  });
}

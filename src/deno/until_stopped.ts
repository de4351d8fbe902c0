import { wait } from "../stream/wait.ts";

/**
 * Waits until this process should stop: SIGINT, SIGTERM or SIGHUP, or the parent process is gone, as
 * when `npx` is killed and cannot pass the signal on.
 *
 * @param signal Ends the wait early, and quietly.
 * @returns Why.
 */
export async function untilStopped(signal?: AbortSignal): Promise<string> {
  const stopped = Promise.withResolvers<string>();
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const listeners = signals.map((name) => [name, () => stopped.resolve(name)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  const over = new AbortController();
  const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const watching = parentGone(either);
  const aborted = () => stopped.resolve("aborted");
  signal?.addEventListener("abort", aborted, { once: true });
  if (signal?.aborted) aborted();
  try {
    return await Promise.race([stopped.promise, watching]);
  } finally {
    over.abort();
    signal?.removeEventListener("abort", aborted);
    for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
  }
}

async function parentGone(signal: AbortSignal): Promise<string> {
  const parent = Deno.ppid;
  try {
    while (Deno.ppid === parent) await wait(500, signal);
    return "parent gone";
  } catch {
    return "aborted";
  }
}

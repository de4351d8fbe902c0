import { wait } from "../stream/wait.ts";

/**
 * Waits until this process should stop: SIGINT, SIGTERM or SIGHUP, or the parent process is gone, as
 * when `npx` is killed and cannot pass the signal on. From then on further signals are ignored, so that
 * a second Ctrl-C does not cut the orderly end short: the caller ends the process itself.
 *
 * @param signal Ends the wait early, and quietly.
 */
export async function untilStopped(signal?: AbortSignal): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  const stop = () => stopped.resolve();
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) Deno.addSignalListener(name, stop);
  const over = new AbortController();
  const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  await Promise.race([stopped.promise, untilParentGone(either)]);
  over.abort();
  if (signal?.aborted) { for (const name of names) Deno.removeSignalListener(name, stop); }
}

/** Resolves on abort as well. */
async function untilParentGone(signal: AbortSignal): Promise<void> {
  const parent = Deno.ppid;
  while (Deno.ppid === parent && !signal.aborted) await wait(500, signal).catch(() => {});
}

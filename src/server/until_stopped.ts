import process from "node:process";
import { wait } from "../stream/wait.ts";

/**
 * Waits until this process should stop: on SIGINT, SIGTERM or SIGHUP, or when the parent process is
 * gone, since `npx` cannot pass on the signal that kills it. Further signals are then ignored, so
 * that a second Ctrl-C does not interrupt the shutdown: the caller ends the process itself.
 *
 * @param signal Ends the wait early.
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
  const beyond = await ancestorsUpToNpx(parent);
  while (!signal.aborted && Deno.ppid === parent && beyond.every(isRunning)) {
    await wait(500, signal).catch(() => {});
  }
}

/**
 * The processes between our parent and the `npx` that started it, if one did, that one included. Not
 * beyond: the parent of that may end, as a shell does after `nohup`.
 */
async function ancestorsUpToNpx(parent: number): Promise<number[]> {
  const found: number[] = [];
  let pid = parent;
  for (let level = 0; level < 4 && pid > 1; level += 1) {
    const [next = "", ...command] = (await describe(pid)).trim().split(/\s+/);
    if (/\bnp[mx]\b/.test(command.join(" "))) return [...found, pid];
    found.push(pid);
    pid = Number(next) || 0;
  }
  return [];
}

/** The parent of a process and its command; nothing where there is no `ps`, or none may be run. */
async function describe(pid: number): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-o", "ppid=,command=", "-p", String(pid)],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return "";
  }
}

/** Signal 0 is not sent, and tells whether there is such a process. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"; // it runs, as another user
  }
}

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
  const links = watchedLinks();
  while (!signal.aborted && links.every(([pid, parent]) => parentOf(pid) === parent)) {
    await wait(500, signal).catch(() => {});
  }
}

/**
 * The processes whose parent must stay the same: this one, and those between it and the `npx` that
 * started it, if one did. Not beyond: the parent of that may end, as a shell does after `nohup`.
 */
function watchedLinks(): [pid: number, parent: number][] {
  const links: [number, number][] = [[Deno.pid, Deno.ppid]];
  const further: [number, number][] = [];
  let pid = Deno.ppid;
  for (let level = 0; level < 4; level += 1) {
    const parent = parentOf(pid);
    if (parent === undefined) break;
    further.push([pid, parent]);
    if (/\bnp[mx]\b/.test(readProcess(parent, "cmdline") ?? "")) return [...links, ...further];
    pid = parent;
  }
  return links;
}

function parentOf(pid: number): number | undefined {
  if (pid === Deno.pid) return Deno.ppid;
  const stat = readProcess(pid, "stat");
  // The name in brackets may contain anything, even brackets; state and parent come after it.
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
}

/** Only Linux has these files, and reading them may be forbidden. */
function readProcess(pid: number, file: string): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return undefined;
  }
}

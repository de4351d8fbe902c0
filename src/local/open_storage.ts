import { lockFolder, lockHolder, makeFolder } from "../server/lock_folder.ts";
import { wait } from "../stream/wait.ts";

/** A folder for the Worker's storage. */
export interface Storage {
  readonly path: string;
  /**
   * The descriptor of its lock, for workerd to hold as well, so that the lock lives as long as
   * workerd does; undefined if nothing is locked, or if the system does not tell the descriptor.
   */
  readonly lock?: number | undefined;
  /** Releases it, and removes it if it is temporary. */
  close(): Promise<void>;
}

/** How long a run may take to end after it was told or killed, before the next one is refused. */
const HANDOVER_MS = 3_000;

/**
 * Opens a folder for a trial that leaves nothing behind. What a trial that was killed has left is
 * removed by the next one.
 *
 * @param parent The folder that holds it; it is made if it does not exist.
 */
export async function openTrialStorage(parent: string): Promise<Storage> {
  await makeFolder(parent);
  for (const { name } of await Array.fromAsync(Deno.readDir(parent))) {
    const left = await lockFolder(`${parent}/${name}`).catch(() => undefined);
    if (left === undefined) continue; // another trial uses it
    await Deno.remove(left.path, { recursive: true }).catch(() => {});
    left.file.close();
  }
  const path = `${parent}/${crypto.randomUUID()}`;
  await makeFolder(path);
  const locked = await lockFolder(path);
  if (locked === undefined) throw new Error(`Cannot start: ${path} cannot be locked`);
  return {
    path: locked.path,
    lock: await descriptorOf(locked.lockPath),
    async close() {
      await Deno.remove(locked.path, { recursive: true }).catch(() => {});
      locked.file.close();
    },
  };
}

/**
 * Opens a folder that is kept between runs, for one run at a time. The lock is the kernel's, so
 * that a run that was killed leaves none behind, once its workerd is gone too.
 *
 * @param path The folder; it is made if it does not exist.
 * @throws {Error} If another run holds it; the message says which.
 */
export async function openKeptStorage(path: string): Promise<Storage> {
  await makeFolder(path);
  const refuseAt = Date.now() + HANDOVER_MS;
  let locked = await lockFolder(path);
  while (locked === undefined) {
    if (Date.now() > refuseAt) {
      const holder = await lockHolder(path);
      const who = holder === undefined ? "" : ` as process ${holder}, or its workerd still is`;
      throw new Error(`Cannot start: another Panoptes is running on ${path}${who}`);
    }
    await wait(100);
    locked = await lockFolder(path);
  }
  const { file, lockPath } = locked;
  return {
    path: locked.path,
    lock: await descriptorOf(lockPath),
    close: () => Promise.resolve(file.close()),
  };
}

/** Deno does not tell the descriptor of a file; on Linux, /proc does, but only to a child. */
async function descriptorOf(file: string): Promise<number | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: [
      "-c",
      'for fd in /proc/$PPID/fd/*; do [ "$fd" -ef "$0" ] && echo "${fd##*/}"; done',
      file,
    ],
    stdin: "null",
    stderr: "null",
  }).output();
  const number = parseInt(new TextDecoder().decode(stdout));
  return Number.isNaN(number) ? undefined : number;
}

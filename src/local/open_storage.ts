/** A folder for the Worker's storage, and how to give it back. */
export interface Storage {
  readonly path: string;
  /** Removes it if it is temporary, and lets go of it. */
  close(): Promise<void>;
}

/** A folder of its own that is gone in the end, for a trial that should leave nothing behind. */
export async function openTemporaryStorage(): Promise<Storage> {
  const path = await Deno.makeTempDir({ prefix: "panoptes-" });
  return { path, close: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
}

/**
 * A folder that is kept from run to run, for one run at a time. The lock is the kernel's own, so that
 * a run that was killed leaves none behind.
 *
 * @param path The folder; it is made if it is not there.
 * @throws {Error} Another run holds it.
 */
export async function openKeptStorage(path: string): Promise<Storage> {
  // The log is evidence, and its readers are named by tokens: other users of the machine are not among them.
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const lock = await Deno.open(`${path}/lock`, { create: true, write: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new Error(`Cannot start: another Panoptes is running on ${path}`);
  }
  return {
    path,
    close: async () => {
      await Deno.remove(`${path}/lock`).catch(() => {});
      lock.close();
    },
  };
}

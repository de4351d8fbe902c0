/** A folder for the Worker's storage. */
export interface Storage {
  readonly path: string;
  /** Releases it, and removes it if it is temporary. */
  close(): Promise<void>;
}

/** Makes a temporary folder, for a trial that leaves nothing behind. */
export async function openTemporaryStorage(): Promise<Storage> {
  const path = await Deno.makeTempDir({ prefix: "panoptes-" });
  return { path, close: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
}

/**
 * Opens a folder that is kept between runs, for one run at a time. The lock is the kernel's, so
 * that a run that was killed leaves none behind.
 *
 * @param path The folder; it is made if it does not exist.
 * @throws {Error} If another run holds it.
 */
export async function openKeptStorage(path: string): Promise<Storage> {
  // The log is evidence, and only holders of a token may read it: not every user of this machine.
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

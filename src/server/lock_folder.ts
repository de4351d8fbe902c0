/** A folder that this process holds alone. */
export interface LockedFolder {
  /** Its real path. */
  readonly path: string;
  /** The file of the lock. */
  readonly lockPath: string;
  /** Holds the lock until it is closed, or the process ends. */
  readonly file: Deno.FsFile;
}

/**
 * Makes a folder for a log, which is evidence: only holders of a token may read it, not every user
 * of this machine.
 *
 * @param path The folder; one that exists stays as it is.
 */
export async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Locks a folder, and notes in its file `lock` by which process. The lock is the kernel's: it ends
 * with the process, however that ends.
 *
 * @param folder The folder, which exists.
 * @returns The lock; undefined if another process holds it.
 */
export async function lockFolder(folder: string): Promise<LockedFolder | undefined> {
  const path = await Deno.realPath(folder);
  const lockPath = lockPathIn(path);
  // The file stays: if it were removed, two runs could hold locks on two files of one name.
  const file = await Deno.open(lockPath, { create: true, read: true, write: true });
  if (!await file.tryLock(true)) {
    file.close();
    return undefined;
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return { path, lockPath, file };
}

/**
 * Reads which process has locked a folder.
 *
 * @param folder The folder, which another process has locked.
 * @returns The id of the process; undefined if it has not noted it yet.
 */
export async function lockHolder(folder: string): Promise<string | undefined> {
  const noted = (await Deno.readTextFile(lockPathIn(folder))).trim();
  return /^\d+$/.test(noted) ? noted : undefined;
}

function lockPathIn(folder: string): string {
  return `${folder}/lock`;
}

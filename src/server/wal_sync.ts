/**
 * Brings the write-ahead log of a database to the disk, in a thread of the runtime: whoever writes
 * goes on meanwhile, and several transactions share one sync.
 *
 * A sync that fails is never repeated: the kernel may have dropped what it could not write, and
 * report success the next time. Only a new process can find out what is on disk.
 */
export class WalSync {
  readonly #path: string;
  readonly #onFailure: (error: Error) => void;
  #file: Deno.FsFile | undefined;
  /** How many transactions there were; what an earlier process has left counts as one. */
  #written = 1;
  /** How many of them are on disk. */
  #synced = 0;
  #running: Promise<void> | undefined;
  /** The sync that begins when the running one has ended. */
  #next: Promise<void> | undefined;
  #failure: Error | undefined;

  /**
   * @param path The file of the database.
   * @param onFailure Called once, with the first error.
   */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#path = path;
    this.#onFailure = onFailure;
  }

  /** Notes that a transaction was committed. */
  wrote(): void {
    this.#written++;
  }

  /**
   * Resolves once all that was written so far is on disk.
   *
   * @throws {Error} If a sync has failed, now or earlier, or the file is closed.
   */
  async durable(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#synced === this.#written) return;
    // The one that is running may have begun before the last write.
    await (this.#next ??= this.#syncAfter(this.#running));
  }

  /** Closes the file; whoever has to know what is on disk calls `durable()` before. */
  close(): void {
    this.#failure ??= new Error(`${this.#path} is closed`);
    this.#file?.close();
    this.#file = undefined;
  }

  async #syncAfter(running: Promise<void> | undefined): Promise<void> {
    await running;
    this.#next = undefined;
    await (this.#running = this.#sync());
  }

  async #sync(): Promise<void> {
    const written = this.#written;
    try {
      this.#file ??= await this.#open();
      await this.#file.syncData();
      this.#synced = written;
    } catch (cause) {
      if (this.#failure === undefined) {
        const why = cause instanceof Error ? cause.message : cause;
        this.#failure = new Error(`Cannot bring ${this.#path} to the disk: ${why}`, { cause });
        this.#onFailure(this.#failure);
      }
      throw this.#failure;
    }
  }

  /** Opens it, and makes sure that its name in the folder survives a loss of power. */
  async #open(): Promise<Deno.FsFile> {
    const file = await Deno.open(`${this.#path}-wal`, { write: true });
    if (Deno.build.os !== "windows") { // there, a folder cannot be opened, and need not be
      using folder = await Deno.open(this.#path.replace(/[^/]*$/, "") || ".");
      await folder.sync();
    }
    return file;
  }
}

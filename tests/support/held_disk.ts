/**
 * Stands in for the disk under the files of this process, until it is disposed: a sync succeeds at
 * once, or waits until the test decides how it ends.
 */
export class HeldDisk implements Disposable {
  /** How many syncs have begun. */
  begun = 0;
  /** Called when one begins. */
  onSync = () => {};
  readonly #real = Deno.FsFile.prototype.syncData;
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #isHeld = false;
  #error: Error | undefined;

  constructor() {
    Deno.FsFile.prototype.syncData = () => this.#sync();
  }

  /** How many syncs wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** From now on, each sync waits. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Ends the sync that has waited longest. */
  end(): void {
    this.#waiting.shift()?.resolve();
  }

  /** Ends those that wait, and holds no others. */
  release(): void {
    this.#isHeld = false;
    while (this.#waiting.length > 0) this.end();
  }

  /** Fails those that wait; each later one succeeds, as if nothing had been lost. */
  fail(error = new Error("Input/output error (os error 5)")): void {
    this.#error = this.#waiting.length === 0 ? error : undefined;
    this.#isHeld = false;
    for (const sync of this.#waiting.splice(0)) sync.reject(error);
  }

  [Symbol.dispose](): void {
    this.release();
    Deno.FsFile.prototype.syncData = this.#real;
  }

  #sync(): Promise<void> {
    this.begun++;
    this.onSync();
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) return Promise.reject(error);
    if (!this.#isHeld) return Promise.resolve();
    const sync = Promise.withResolvers<void>();
    this.#waiting.push(sync);
    return sync.promise;
  }
}

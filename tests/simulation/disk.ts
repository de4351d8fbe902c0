import type { Clock } from "../../src/stream/clock.ts";
import type { Chance } from "./chance.ts";
import type { Life } from "./life.ts";
import type { Storage } from "./storage.ts";

/** The log as it was when a sync began. */
interface Copy {
  readonly number: number;
  /** What `Storage.changes` was. */
  readonly changes: number;
  /** The files. */
  readonly files: string;
  /** Makes the checker forget whatever it has noted since. */
  readonly forget: () => void;
}

/** The longest sync, in milliseconds. */
const MAX_SYNC_MS = 3_000;

/**
 * The disk, for a machine that may lose power: what was written when the last completed sync began.
 * A real disk may keep more, but nobody can rely on it.
 */
export class Disk {
  readonly #storage: Storage;
  readonly #chance: Chance;
  #begun = 0;
  /** The last copy that this process has begun. */
  #newest: Copy | undefined;
  #synced: Copy;

  /**
   * @param storage The files as programs see them.
   * @param chance Decides how long a sync takes.
   * @param forget Makes the checker forget everything.
   */
  constructor(storage: Storage, chance: Chance, forget: () => void) {
    this.#storage = storage;
    this.#chance = chance;
    this.#synced = this.#copy(forget);
  }

  /**
   * Resolves once all that is written now is on disk; the machine may lose power meanwhile.
   *
   * @param life The process.
   * @param clock Its clock; undefined if no sync takes any time.
   * @param remember Notes what the checker knows now.
   */
  async durable(
    life: Life,
    clock: Clock | undefined,
    remember: () => () => void,
  ): Promise<void> {
    await life.outlive();
    const { changes } = this.#storage;
    if (this.#synced === this.#newest && this.#synced.changes === changes) return;
    if (this.#newest?.changes !== changes) this.#newest = this.#copy(remember());
    const copy = this.#newest;
    const isSlow = clock !== undefined && this.#chance.is(0.5);
    await life.sync(
      isSlow ? clock.wait(this.#chance.int(1, MAX_SYNC_MS)) : Promise.resolve(),
      () => this.#keep(copy),
    );
  }

  /** A process has ended: another writes on. */
  next(): void {
    this.#newest = undefined;
  }

  /** All that is written now is on disk. */
  sync(forget: () => void): void {
    this.#keep(this.#copy(forget));
  }

  /** The machine loses power: only what is on disk is left. */
  losePower(): void {
    this.#storage.replace(this.#synced.files);
    this.#synced.forget();
  }

  #copy(forget: () => void): Copy {
    const number = this.#begun++;
    const files = `disk-${number}`;
    this.#storage.copy(files);
    return { number, changes: this.#storage.changes, files, forget };
  }

  #keep(copy: Copy): void {
    if (copy === this.#synced) return;
    const isLater = copy.number > this.#synced.number;
    this.#storage.remove(isLater ? this.#synced.files : copy.files);
    if (isLater) this.#synced = copy;
  }
}

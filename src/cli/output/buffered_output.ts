import { wait } from "../../stream/wait.ts";

const encoder = new TextEncoder();

/** Results are written in pieces of about this many characters. */
const PIECE_LENGTH = 64 * 1024;
/** The maximum wait of a result: whoever follows a live log wants to see it. */
const MAX_WAIT_MS = 50;

/**
 * Standard output for many small results: written in large pieces, and quiet once the reader has
 * left, as `head` does.
 */
export class BufferedOutput {
  readonly #beforeWrite: () => void;
  #waiting: string[] = [];
  #length = 0;
  #closed = false;
  #written: Promise<void> = Promise.resolve();

  /** @param beforeWrite Called before each write, for example to clear a progress bar. */
  constructor(beforeWrite: () => void = () => {}) {
    this.#beforeWrite = beforeWrite;
  }

  /** Whether the reader has left: nothing more needs to be computed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Adds lines, which are written soon. Await it, so that a slow reader slows the command down. */
  async write(text: string): Promise<void> {
    // If this fails, so does the next flush, for which somebody waits.
    if (this.#length === 0) wait(MAX_WAIT_MS).then(() => this.flush()).catch(() => {});
    this.#waiting.push(text);
    this.#length += text.length;
    if (this.#length >= PIECE_LENGTH) await this.flush();
  }

  /** Writes what is buffered. */
  flush(): Promise<void> {
    const bytes = encoder.encode(this.#waiting.join(""));
    this.#waiting = [];
    this.#length = 0;
    if (bytes.length > 0) this.#written = this.#written.then(() => this.#send(bytes));
    return this.#written;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return;
    this.#beforeWrite();
    try {
      // Not the synchronous write: it fails on a full pipe that the other side made non-blocking.
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await Deno.stdout.write(rest));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      this.#closed = true;
    }
  }
}

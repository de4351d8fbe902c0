const encoder = new TextEncoder();

/** Results are written in pieces of about this many characters. */
const PIECE = 64 * 1024;

/**
 * Standard output for many small results: written in large pieces, and quiet when the reader has left,
 * as `head` does.
 */
export class Output {
  readonly #beforeWrite: () => void;
  #waiting: string[] = [];
  #length = 0;
  #closed = false;

  /** @param beforeWrite Called before each write, such as to take a progress bar off the terminal. */
  constructor(beforeWrite: () => void = () => {}) {
    this.#beforeWrite = beforeWrite;
  }

  /** Whether the reader has left: nothing more needs to be computed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Adds one line. */
  line(text: string): void {
    this.#waiting.push(text, "\n");
    this.#length += text.length + 1;
    if (this.#length >= PIECE) this.flush();
  }

  /** Writes what is waiting. */
  flush(): void {
    if (this.#length === 0 || this.#closed) return;
    let bytes = encoder.encode(this.#waiting.join(""));
    this.#waiting = [];
    this.#length = 0;
    this.#beforeWrite();
    try {
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      this.#closed = true;
    }
  }
}

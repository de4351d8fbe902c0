import type { StreamEnd } from "../request_record.ts";
import type { Clock } from "../../stream/clock.ts";

/** How the stream reads. */
export interface PartStreamOptions {
  /** Time, to close the stream of a stalled reader. */
  clock: Clock;
  /** Ends it as the stream's `cancel()` does. */
  signal?: AbortSignal | undefined;
  /** When it fails at the latest, in milliseconds since the Unix epoch; default never. */
  endsAt?: number | undefined;
  /** How much to write at a time, in bytes; 64 KiB by default. */
  writeBytes?: () => number;
  /** Receives a function that closes the stream at once if its reader seems to have stalled. */
  onProbe?: (probe: () => void) => void;
  /** Receives a function that fails the stream, since the token of its reader was removed. */
  onRevoke?: (revoke: () => void) => void;
  /** Told the size of each write, in bytes. */
  onWrite?: (bytes: number) => void;
  /** Called once when the stream has ended; `error` is what the parts threw, if they did. */
  onClose?: (end: PartEnd, error?: unknown) => void;
}

/** Why a stream of parts ended. */
export type PartEnd = Exclude<StreamEnd, "aged" | "yielded">;

const STALL_MS = 60_000;
/** A reader that has taken nothing for so long makes room for another, if room is needed. */
const PROBE_STALL_MS = 5_000;
const WRITE_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/**
 * Streams an answer whose parts are made one at a time: nothing is made, and nothing encoded,
 * before the reader asks for it, so a reader that does not read costs one part and no more.
 *
 * A stream that ends early fails and does not close, so that no reader mistakes it for complete.
 *
 * @param parts The answer, in order. An empty part took its time without finding anything: whatever
 * else waits runs before the next.
 * @param options Clock and signal.
 * @returns The answer in UTF-8.
 */
export function partStream(
  parts: Iterator<string, void, void>,
  options: PartStreamOptions,
): ReadableStream<Uint8Array> {
  return new ReadableStream(new PartSource(parts, options), { highWaterMark: 0 });
}

class PartSource implements UnderlyingDefaultSource<Uint8Array> {
  #options: PartStreamOptions;
  #parts: Iterator<string, void, void>;
  /** What is left of the current part. */
  #rest = "";
  #closing = new AbortController();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #onAbort = () => this.#fail("aborted", this.#options.signal?.reason);
  /** When the reader last asked for data. */
  #askedAt = 0;

  constructor(parts: Iterator<string, void, void>, options: PartStreamOptions) {
    this.#options = options;
    this.#parts = parts;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const { signal, clock, onProbe, onRevoke } = this.#options;
    if (signal?.aborted) return this.#onAbort();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#askedAt = clock.now();
    onProbe?.(() => this.#failAfter(PROBE_STALL_MS));
    onRevoke?.(() => this.#fail("revoked", new Error("The token was removed")));
    this.#watch();
  }

  async pull(): Promise<void> {
    const { clock } = this.#options;
    this.#askedAt = clock.now();
    try {
      while (this.#rest === "") {
        const { value, done } = this.#parts.next();
        this.#askedAt = clock.now(); // it still asks, however long the part has taken
        if (done) {
          this.#controller.close();
          return this.#close("complete");
        }
        this.#rest = value;
        if (value === "") await clock.wait(0, this.#closing.signal);
      }
    } catch (error) {
      this.#close("failed", error);
      throw error;
    }
    const maxBytes = this.#options.writeBytes?.() ?? WRITE_BYTES;
    const bytes = new Uint8Array(Math.min(maxBytes, this.#rest.length * 3));
    const { read, written } = encoder.encodeInto(this.#rest, bytes);
    this.#rest = this.#rest.slice(read);
    this.#options.onWrite?.(written);
    this.#controller.enqueue(bytes.subarray(0, written));
  }

  cancel(): void {
    this.#close("cancelled");
  }

  /** Fails the stream when its reader has stalled, or its time is over. */
  async #watch(): Promise<void> {
    const { clock, endsAt = Infinity } = this.#options;
    while (!this.#failAfter(STALL_MS)) {
      if (clock.now() >= endsAt) return this.#fail("expired", new Error("The token has expired"));
      try {
        const next = Math.min(this.#askedAt + STALL_MS, endsAt);
        await clock.wait(next - clock.now(), this.#closing.signal);
      } catch {
        return; // closed
      }
    }
  }

  /** Fails the stream if its reader has asked for nothing for so long. */
  #failAfter(ms: number): boolean {
    const hasStalled = this.#options.clock.now() >= this.#askedAt + ms;
    if (hasStalled) this.#fail("stalled", new Error("The reader stalled"));
    return hasStalled;
  }

  #fail(end: PartEnd, reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#controller.error(reason);
    this.#close(end);
  }

  #close(end: PartEnd, error?: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#rest = "";
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#options.onClose?.(end, error);
  }
}

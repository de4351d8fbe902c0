import type { Clock } from "../../stream/clock.ts";
import { jsonText } from "../../stream/json_text.ts";
import type { Feed } from "../log_access.ts";
import { readFeed, type ReadFeedOptions } from "./read_feed.ts";

/** How the stream reads. */
export interface NdjsonStreamOptions extends ReadFeedOptions {
  /** Time, to close the stream of a stalled reader. */
  clock: Clock;
  /** Ends it as the stream's `cancel()` does. */
  signal?: AbortSignal | undefined;
  /** Called once when the stream has ended; `error` is what the log threw, if it did. */
  onClose?: (error?: unknown) => void;
}

const STALL_MS = 60_000;

const encoder = new TextEncoder();

/**
 * Streams a feed as NDJSON, one entry per line, up to where the log ended when the request came.
 * Nothing is read before the reader asks for it. A gap is a line of its own, `{"gap":{…}}`, before
 * what follows it.
 *
 * A stream that ends early fails and does not close, so that no reader mistakes it for complete.
 *
 * @param feed The feed.
 * @param options Where to start and where to stop.
 * @returns The lines, in UTF-8.
 */
export function ndjsonStream(feed: Feed, options: NdjsonStreamOptions): ReadableStream<Uint8Array> {
  return new ReadableStream(new NdjsonSource(feed, options), { highWaterMark: 0 });
}

class NdjsonSource implements UnderlyingDefaultSource<Uint8Array> {
  #options: NdjsonStreamOptions;
  #parts: ReturnType<typeof readFeed>;
  #closing = new AbortController();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #onAbort = () => this.#fail(this.#options.signal?.reason);
  /** When the reader last asked for data. */
  #askedAt = 0;

  constructor(feed: Feed, options: NdjsonStreamOptions) {
    this.#options = options;
    this.#parts = readFeed(feed, options);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const { signal, clock } = this.#options;
    if (signal?.aborted) return this.#onAbort();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#askedAt = clock.now();
    this.#watch();
  }

  pull(): void {
    this.#askedAt = this.#options.clock.now();
    try {
      for (;;) {
        const { value, done } = this.#parts.next();
        if (done) {
          this.#controller.close();
          return this.#close();
        }
        const { gap, lines } = value;
        if (gap) lines.unshift(jsonText({ gap }));
        if (lines.length === 0) continue;
        return this.#controller.enqueue(encoder.encode(lines.join("\n") + "\n"));
      }
    } catch (error) {
      this.#close(error);
      throw error;
    }
  }

  cancel(): void {
    this.#close();
  }

  /** Fails the stream when its reader has stalled. */
  async #watch(): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const ends = this.#askedAt + STALL_MS;
      if (clock.now() >= ends) return this.#fail(new Error("The reader stalled"));
      try {
        await clock.wait(ends - clock.now(), this.#closing.signal);
      } catch {
        return; // closed
      }
    }
  }

  #fail(reason: unknown): void {
    this.#controller.error(reason);
    this.#close();
  }

  #close(error?: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#options.onClose?.(error);
  }
}

import { createParser, type EventSourceMessage } from "eventsource-parser";

/** What a follower was told, in order. */
export type Told =
  | { readonly type: "ready" | "gap"; readonly data: string }
  | { readonly type: "entry"; readonly id: string; readonly data: string };

/** What a follower may do. */
export interface FollowerOptions {
  /** The stream. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives [0, 1). */
  readonly random: () => number;
}

/**
 * A client of an event stream that is cut off all the time, by the server's death and by its own doing, and
 * comes back with the last id that it has seen.
 */
export class SseFollower implements AsyncDisposable {
  /** All that it was told, over all connections. */
  readonly told: Told[] = [];
  /** How many connections there have been. */
  connections = 0;
  #lastId = "earliest";
  readonly #options: FollowerOptions;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#ended = this.#follow();
  }

  /** The last id that it has seen. */
  get lastId(): string {
    return this.#lastId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#connect(signal);
      } catch {
        // the server is gone, or the connection was ours to cut
      }
      await pause(20 + 200 * this.#options.random(), signal);
    }
  }

  async #connect(closing: AbortSignal): Promise<void> {
    const { url, headers, random } = this.#options;
    const tired = AbortSignal.timeout(200 + 20_000 * random() ** 2);
    const response = await fetch(url, {
      headers: { ...headers, accept: "text/event-stream", "last-event-id": this.#lastId },
      signal: AbortSignal.any([closing, tired]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return;
    }
    this.connections++;
    const parser = createParser({ onEvent: (message) => this.#take(message) });
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for await (const bytes of response.body!) parser.feed(decoder.decode(bytes, { stream: true }));
  }

  #take({ event, id, data }: EventSourceMessage): void {
    if (id !== undefined) this.#lastId = id;
    if (event === "ready" || event === "gap") this.told.push({ type: event, data });
    else this.told.push({ type: "entry", id: id ?? "", data });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

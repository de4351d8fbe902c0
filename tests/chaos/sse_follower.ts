import { createParser, type EventSourceMessage } from "eventsource-parser";
import { wait } from "../../src/stream/wait.ts";

/** One message that a follower received. */
export type Told =
  | { readonly type: "ready" | "gap"; readonly data: string }
  | { readonly type: "entry"; readonly id: string; readonly data: string };

/** Options of a follower. */
export interface FollowerOptions {
  /** The stream. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives [0, 1). */
  readonly random: () => number;
}

/**
 * A client of an event stream that is disconnected all the time, by the kills and by itself, and
 * resumes with the last id that it has seen.
 */
export class SseFollower implements AsyncDisposable {
  /** Every message that it received, over all connections. */
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
        // the server was killed, or the follower disconnected
      }
      await wait(20 + 200 * this.#options.random(), signal).catch(() => {});
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

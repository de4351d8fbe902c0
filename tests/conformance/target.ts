import { SseReader } from "../support/read_sse.ts";

/** A deployment that the suite is run on. */
export interface TargetOptions {
  /** Its address. */
  readonly url: string;
  /** A token that may read. */
  readonly token: string;
  /** Publishes new events, which it then records; absent where the suite only reads. */
  readonly publish?: (count: number) => Promise<void>;
}

/** One entry of the log, as NDJSON has it. */
export interface Entry {
  readonly id: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** How many entries of a log the suite reads: those of a deployment may be many. */
const SAMPLE = 1_500;

/** A deployment, and how the cases ask it. */
export class Target {
  readonly #options: TargetOptions;
  readonly #signal: AbortSignal;

  /**
   * @param options The deployment.
   * @param signal Ends every request.
   */
  constructor(options: TargetOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Ends every request of the case. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** What authorizes a request. */
  get authorization(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.#options.token}` };
  }

  /** The URL of a path. */
  url(path: string): URL {
    return new URL(path, this.#options.url);
  }

  /** Sends a request with the token. */
  fetch(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
    return fetch(this.url(path), {
      method,
      headers: { ...this.authorization, ...headers },
      signal: this.#signal,
    });
  }

  /** Publishes new events. */
  async publish(count: number): Promise<void> {
    await this.#options.publish?.(count);
  }

  /** Opens an event stream. */
  async stream(path: string, lastEventId?: string): Promise<SseReader> {
    const headers: Record<string, string> = lastEventId === undefined
      ? {}
      : { "last-event-id": lastEventId };
    const response = await this.fetch(path, { accept: "text/event-stream", ...headers });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return new SseReader(response.body!);
  }

  /** Reads a list in NDJSON. */
  async lines(path: string): Promise<Entry[]> {
    const response = await this.fetch(path, { accept: "application/x-ndjson" });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** The first entries of the log, from the oldest on. */
  async sample(limit = SAMPLE): Promise<Entry[]> {
    const entries = await this.lines(`/v1/events?limit=${limit}`);
    if (entries.length < 10) {
      throw new Error(`The log has only ${entries.length} events: the suite needs ten`);
    }
    return entries;
  }

  /** An entry with another seq. */
  idAt(id: string, change: (seq: number) => number): string {
    const dot = id.lastIndexOf(".");
    return `${id.slice(0, dot)}.${change(Number(id.slice(dot + 1)))}`;
  }
}

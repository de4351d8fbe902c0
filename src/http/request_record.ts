import type { CloseReason } from "../sse/subscribe.ts";
import type { Clock } from "../stream/clock.ts";
import { clientAddress } from "./access/client_address.ts";

/**
 * What is told of a request when its answer has ended: neither a secret, nor a value of the path or
 * the query, nor any other text that the client has chosen.
 */
export interface RequestFacts {
  /** The name of the token; null if the request carried none that is configured. */
  readonly token: string | null;
  /** The IP address of the client; null if it is not known. */
  readonly client: string | null;
  /** The method; `OTHER` if it is none that anything here accepts. */
  readonly method: string;
  /** The route as it is declared, such as `/v1/alerts/:id`; null if there is none. */
  readonly route: string | null;
  /** The HTTP status. */
  readonly status: number;
  /** The bytes of the body that were handed to the connection, before any compression. */
  readonly bytes: number;
  /** When the request arrived, as an ISO 8601 string. */
  readonly startedAt: string;
  /** How long it took to answer, up to the end of a short body or the start of a stream. */
  readonly durationMs: number;
  /** How long the stream lived after that; null if the answer was not a stream. */
  readonly streamMs: number | null;
  /** Why the stream ended; likewise. */
  readonly end: StreamEnd | null;
}

/**
 * Why a stream ended: it was complete, its client left (`cancelled`, `aborted`) or stalled, it
 * reached its age, its token expired, it made room for another token, or the log could not be read.
 */
export type StreamEnd = CloseReason | "complete";

/** Learns what becomes of a body that is made part by part. */
export interface BodyMeter {
  /** Counts what was written. */
  readonly onWrite: (bytes: number) => void;
  /** Says that it has ended. */
  readonly onEnd: (end: StreamEnd) => void;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "DELETE"]);

/** How a record is kept. */
export interface RecordOptions {
  /** Time. */
  readonly clock: Pick<Clock, "now">;
  /** Receives the facts once, when the answer has ended. */
  readonly onEnd: (facts: RequestFacts) => void;
}

/** What is known of a request while it is answered. */
export class RequestRecord implements BodyMeter {
  readonly #request: Request;
  readonly #options: RecordOptions;
  readonly #startedAt: number;
  #bytes = 0;
  #end: StreamEnd | undefined;
  /** Writes the line of a stream, once its start is known. */
  #finish: (() => void) | undefined;

  /**
   * @param request The request, which has just arrived.
   * @param options Clock and receiver.
   */
  constructor(request: Request, options: RecordOptions) {
    this.#request = request;
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** @inheritdoc */
  readonly onWrite = (bytes: number): void => {
    this.#bytes += bytes;
  };

  /** @inheritdoc */
  readonly onEnd = (end: StreamEnd): void => {
    this.#end ??= end;
    this.#finish?.();
    this.#finish = undefined;
  };

  /**
   * Says how it was answered. A body whose length the headers tell is as good as sent; any other is
   * a stream, and the record waits for its end.
   *
   * @param response The response.
   * @param about The route as it is declared, and the name of the token, where there are any.
   */
  answered(
    { status, headers, body }: Response,
    { route = null, token = null }: { route?: string | null; token?: string | null },
  ): void {
    const { clock, onEnd } = this.#options;
    const answeredAt = clock.now();
    const { method } = this.#request;
    const hasBody = body !== null && method !== "HEAD";
    const length = headers.get("Content-Length");
    const isStream = hasBody && length === null;
    const write = () =>
      onEnd({
        token,
        client: clientAddress(this.#request.headers),
        method: METHODS.has(method) ? method : "OTHER",
        route,
        status,
        bytes: isStream ? this.#bytes : hasBody ? Number(length) : 0,
        startedAt: new Date(this.#startedAt).toISOString(),
        durationMs: answeredAt - this.#startedAt,
        streamMs: isStream ? clock.now() - answeredAt : null,
        end: isStream ? this.#end ?? null : null,
      });
    if (isStream && this.#end === undefined) this.#finish = write;
    else write();
  }
}

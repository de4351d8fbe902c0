import { Webhook } from "standardwebhooks";
import { newSecret } from "../../src/local/credentials.ts";
import { wait } from "../../src/stream/wait.ts";

/** A webhook as it arrived. */
export interface Arrival {
  /** The endpoint: the path that it was posted to. */
  readonly endpoint: string;
  readonly webhookId: string;
  /** The error of an independent signature check; undefined if there is none. */
  readonly fault: string | undefined;
  /** The id, rule and occurrence of the alert, and its event. */
  readonly alert: Readonly<Record<string, unknown>>;
  /** How the sink answered. */
  readonly answer: Answer;
  /** Whether a complete 2xx answer was written before the connection ended. */
  answered: boolean;
}

/** How the sink may answer a message that it has read. */
export type Answer = "204" | "500" | "503" | "cut" | "cut-in-answer" | "slow" | "hang";

/** The probability of each, as running totals; the rest is answered with 204. */
const FAULTS: readonly [upTo: number, answer: Answer][] = [
  [0.06, "500"],
  [0.08, "503"],
  [0.14, "cut"],
  [0.16, "cut-in-answer"],
  [0.22, "slow"],
  [0.23, "hang"],
];

/**
 * A webhook receiver that checks signatures, remembers everything, and sometimes misbehaves:
 * errors, late answers, and connections that are cut after the message was accepted.
 */
export class WebhookSink implements AsyncDisposable {
  /** Every webhook that arrived, in order. */
  readonly arrivals: Arrival[] = [];
  /** The secret that the webhooks are signed with. */
  readonly secret: string;
  readonly #listener: Deno.TcpListener;
  readonly #random: () => number;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  /** @param random Gives [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
    this.secret = newSecret();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  /** Where an endpoint posts to. */
  url(endpoint: string): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}/${endpoint}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of [...this.#open]) close(connection);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const serving = new Set<Promise<void>>();
    try {
      for await (const connection of this.#listener) {
        this.#open.add(connection);
        const served = this.#serve(connection).catch(() => {}).finally(() => {
          close(connection);
          this.#open.delete(connection);
          serving.delete(served);
        });
        serving.add(served);
      }
    } catch {
      // closed
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const request = await readHttpRequest(connection);
    if (request === undefined) return; // the sender was killed while it wrote
    const { path, headers, body } = request;
    let fault: string | undefined;
    try {
      new Webhook(this.secret.slice("whsec_".length)).verify(body, headers);
    } catch (error) {
      fault = String(error);
    }
    const { data = {} } = JSON.parse(body) as { data?: Record<string, unknown> };
    const arrival: Arrival = {
      endpoint: path.slice(1),
      webhookId: headers["webhook-id"] ?? "",
      fault,
      alert: data,
      answer: this.#answer(),
      answered: false,
    };
    this.arrivals.push(arrival);
    await this.#reply(connection, arrival);
  }

  #answer(): Answer {
    const chance = this.#random();
    return FAULTS.find(([upTo]) => chance < upTo)?.[1] ?? "204";
  }

  async #reply(connection: Deno.TcpConn, arrival: Arrival): Promise<void> {
    const write = async (text: string) => {
      const bytes = new TextEncoder().encode(text);
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    };
    const status = (line: string, more = "") =>
      write(`HTTP/1.1 ${line}\r\ncontent-length: 0\r\nconnection: close\r\n${more}\r\n`);
    switch (arrival.answer) {
      case "cut":
        return;
      case "cut-in-answer":
        return await write("HTTP/1.1 20");
      case "500":
        return await status("500 Internal Server Error");
      case "503":
        return await status("503 Service Unavailable", "retry-after: 1\r\n");
      case "hang":
        await connection.read(new Uint8Array(1)); // until the sender gives up
        return;
      case "slow":
        await wait(400 * this.#random());
        break;
      case "204":
        break;
    }
    await status("204 No Content");
    arrival.answered = true;
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // closed already
  }
}

/** The parts of a request that the sink needs. */
interface PlainRequest {
  readonly path: string;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Reads one HTTP/1.1 request from a connection by hand: the servers of the platform cannot cut a
 * connection at any byte.
 *
 * @returns The request; undefined if the connection ends before it does.
 */
async function readHttpRequest(connection: Deno.TcpConn): Promise<PlainRequest | undefined> {
  let bytes = new Uint8Array(0);
  let request: { path: string; headers: Record<string, string>; start: number } | undefined;
  for (;;) {
    request ??= readHead(bytes);
    if (request !== undefined) {
      const length = Number(request.headers["content-length"] ?? 0);
      if (bytes.length >= request.start + length) {
        const body = bytes.subarray(request.start, request.start + length);
        return { ...request, body: new TextDecoder().decode(body) };
      }
    }
    const chunk = new Uint8Array(16_384);
    const read = await connection.read(chunk);
    if (read === null) return undefined;
    const longer = new Uint8Array(bytes.length + read);
    longer.set(bytes);
    longer.set(chunk.subarray(0, read), bytes.length);
    bytes = longer;
  }
}

function readHead(bytes: Uint8Array) {
  const text = new TextDecoder("latin1").decode(bytes); // one character for each byte
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  return {
    path: first.split(" ")[1] ?? "/",
    headers: Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    })),
    start: end + 4,
  };
}

import { Webhook } from "standardwebhooks";
import { readHttpRequest } from "./read_http_request.ts";

/** A webhook as it arrived. */
export interface Arrival {
  /** The endpoint: the path that it was posted to. */
  readonly endpoint: string;
  readonly webhookId: string;
  /** What the signature check of an independent library says; undefined if all is well. */
  readonly fault: string | undefined;
  /** The id, rule and occurrence of the alert, and its event. */
  readonly alert: Readonly<Record<string, unknown>>;
  /** What was done with it. */
  readonly answer: Answer;
  /** Whether the whole of a 2xx answer was written before the end of the connection. */
  answered: boolean;
}

/** What a receiver may do with a message that it has read. */
export type Answer = "204" | "500" | "503" | "cut" | "cut-in-answer" | "slow" | "hang";

/** How often each happens, as running totals; the rest is answered with 204. */
const FAULTS: readonly [upTo: number, answer: Answer][] = [
  [0.06, "500"],
  [0.08, "503"],
  [0.14, "cut"],
  [0.16, "cut-in-answer"],
  [0.22, "slow"],
  [0.23, "hang"],
];

/**
 * A webhook receiver that checks signatures, remembers all that it gets, and behaves badly now and then: errors, late
 * answers, and connections that are cut after the message was accepted.
 */
export class WebhookSink implements AsyncDisposable {
  /** All that arrived, in order. */
  readonly arrivals: Arrival[] = [];
  /** The secret that signs. */
  readonly secret: string;
  /** Whether it still misbehaves. */
  faulty = true;
  readonly #listener: Deno.TcpListener;
  readonly #random: () => number;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  /** @param random Gives [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
    this.secret = `whsec_${crypto.getRandomValues(new Uint8Array(32)).toBase64()}`;
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
    if (request === undefined) return; // the sender was killed in the middle
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
    return this.faulty ? FAULTS.find(([upTo]) => chance < upTo)?.[1] ?? "204" : "204";
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
        await new Promise((resolve) => setTimeout(resolve, 400 * this.#random()));
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

import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { publicKeysOf } from "../../src/delivery/secret.ts";
import { wait } from "../../src/stream/wait.ts";
import type { SoakEndpoint } from "./soak_endpoints.ts";

/** What arrived at one endpoint. */
export interface Arrivals {
  /** How often each message was accepted, by its `webhook-id`. */
  readonly accepted: Map<string, number>;
  /** How often something arrived while the receiver failed. */
  attempts: number;
  /** How many messages had no valid signature. */
  unsigned: number;
  /** How many messages came under an id that is not that of their alert. */
  misnamed: number;
}

/** Checks a message without any code of the sender; throws if it is not genuine. */
type Check = (body: string, headers: Headers) => void;

const DRIP_MS = 100;
/** The id of the alert in a body: nothing else in it has this form. */
const ALERT_ID = /"id":"([a-z2-7]{32})"/;

/**
 * The receivers of a soak on loopback, one port for each endpoint. Faulty ones can be repaired: from
 * then on they take messages like the others.
 */
export class SoakReceivers implements AsyncDisposable {
  readonly arrivals = new Map<string, Arrivals>();
  /** Called for each message that is accepted. */
  onAccepted: (endpoint: string) => unknown = () => {};
  readonly #ports = new Map<string, number>();
  readonly #faulty = new Map<string, () => Promise<void>>();
  readonly #servers: Deno.HttpServer[] = [];
  readonly #checks = new Map<string, Check>();

  static async start(endpoints: readonly SoakEndpoint[]): Promise<SoakReceivers> {
    const receivers = new SoakReceivers();
    for (const { name, secret } of endpoints) {
      receivers.arrivals.set(name, {
        accepted: new Map(),
        attempts: 0,
        unsigned: 0,
        misnamed: 0,
      });
      receivers.#checks.set(name, await checkWith(secret));
    }
    for (const { name, behaviour } of endpoints) {
      if (behaviour === "healthy") receivers.#serve(name, 0);
    }
    const [[, healthy] = ["", 0]] = receivers.#ports;
    for (const { name, behaviour } of endpoints) {
      if (behaviour === "healthy") continue;
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      receivers.#ports.set(name, listener.addr.port);
      if (behaviour === "is down") listener.close();
      const reply = replyOf(behaviour, healthy, (request) => receivers.#note(name, request));
      const failing = behaviour === "is down"
        ? Promise.resolve()
        : receivers.#fail(name, listener, reply);
      receivers.#faulty.set(name, async () => {
        if (behaviour !== "is down") listener.close();
        await failing;
      });
    }
    return receivers;
  }

  /** Where messages to an endpoint are posted. */
  url(name: string): string {
    return `http://127.0.0.1:${this.#ports.get(name)}/${name}`;
  }

  /** Makes the faulty receivers take messages, each on its own port. */
  async repair(): Promise<void> {
    for (const [name, stop] of this.#faulty) {
      await stop();
      this.#serve(name, this.#ports.get(name) ?? 0);
    }
    this.#faulty.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#faulty.values()].map((stop) => stop()));
    await Promise.all(this.#servers.map((server) => server.shutdown()));
  }

  #serve(name: string, port: number): void {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen() {} },
      (request) => this.#accept(name, request),
    );
    this.#servers.push(server);
    this.#ports.set(name, server.addr.port);
  }

  async #accept(name: string, request: Request): Promise<Response> {
    const body = await request.text();
    const arrivals = this.arrivals.get(name);
    if (arrivals === undefined) return new Response(null, { status: 404 });
    try {
      this.#checks.get(name)?.(body, request.headers);
    } catch {
      arrivals.unsigned++;
      return new Response(null, { status: 401 });
    }
    // A format that does not sign has no header for the id.
    const named = ALERT_ID.exec(body)?.[1] ?? "";
    const webhookId = request.headers.get("webhook-id") ?? named;
    // A redirect that was followed would bring a message to another endpoint.
    if (webhookId !== named || new URL(request.url).pathname !== `/${name}`) arrivals.misnamed++;
    arrivals.accepted.set(webhookId, (arrivals.accepted.get(webhookId) ?? 0) + 1);
    this.onAccepted(name);
    return Response.json({ text: "Success", code: 0 });
  }

  /** Looks at a message that is not accepted: also its id is that of its alert. */
  #note(name: string, request: string): void {
    const webhookId = /^webhook-id: (\S+)/im.exec(request)?.[1];
    const named = ALERT_ID.exec(request)?.[1];
    const arrivals = this.arrivals.get(name);
    if (arrivals === undefined || webhookId === undefined || named === undefined) return;
    if (webhookId !== named) arrivals.misnamed++;
  }

  /** Accepts connections and answers each badly, until the listener is closed. */
  async #fail(name: string, listener: Deno.TcpListener, reply: Reply): Promise<void> {
    const open = new Set<Deno.TcpConn>();
    const serving = new Set<Promise<void>>();
    const arrivals = this.arrivals.get(name);
    try {
      for await (const connection of listener) {
        open.add(connection);
        if (arrivals !== undefined) arrivals.attempts++;
        const served = reply(connection).catch(() => {}).finally(() => {
          close(connection);
          open.delete(connection);
          serving.delete(served);
        });
        serving.add(served);
      }
    } catch {
      // closed
    }
    for (const connection of open) close(connection);
    await Promise.all(serving);
  }
}

type Reply = (connection: Deno.TcpConn) => Promise<void>;

/** How a faulty receiver treats a connection. */
function replyOf(
  behaviour: SoakEndpoint["behaviour"],
  healthyPort: number,
  note: (request: string) => void,
): Reply {
  const write = async (connection: Deno.TcpConn, text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  };
  const read = async (connection: Deno.TcpConn) => {
    const buffer = new Uint8Array(65_536);
    const length = await connection.read(buffer);
    note(new TextDecoder().decode(buffer.subarray(0, length ?? 0)));
  };
  const head = (status: string, ...headers: string[]) =>
    [`HTTP/1.1 ${status}`, ...headers, "connection: close", "", ""].join("\r\n");
  switch (behaviour) {
    case "refuses": // and does not stop to say so
      return async (connection) => {
        await read(connection);
        await write(connection, head("401 Unauthorized"));
        for (;;) await write(connection, "Unknown key. ".repeat(1_000));
      };
    case "hangs":
      return async (connection) => {
        await read(connection);
        await connection.read(new Uint8Array(1)); // until the sender gives up
      };
    case "drips":
      return async (connection) => {
        await read(connection);
        for (const letter of head("200 OK", `x-filler: ${"x".repeat(100_000)}`)) {
          await write(connection, letter);
          await wait(DRIP_MS);
        }
      };
    case "resets":
      return () => Promise.resolve(); // closed while the request is unread
    case "redirects":
      return async (connection) => {
        await read(connection);
        const location = `http://127.0.0.1:${healthyPort}/elsewhere`;
        await write(
          connection,
          head("307 Temporary Redirect", `location: ${location}`, "content-length: 0"),
        );
      };
    default: {
      const body = '{"text":"Invalid token","code":4}';
      return async (connection) => {
        await read(connection);
        await write(connection, head("200 OK", `content-length: ${body.length}`) + body);
      };
    }
  }
}

async function checkWith(secret: string | undefined): Promise<Check> {
  if (secret === undefined) return () => {};
  if (secret.startsWith("whsec_")) {
    const webhook = new Webhook(secret);
    return (body, headers) => void webhook.verify(body, Object.fromEntries(headers));
  }
  const [published = ""] = await publicKeysOf([secret]);
  const x = Buffer.from(published.slice("whpk_".length), "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return (body, headers) => checkEd25519(body, headers, key);
}

function checkEd25519(body: string, headers: Headers, key: KeyObject): void {
  const [id, timestamp, signature = ""] = ["id", "timestamp", "signature"]
    .map((name) => headers.get(`webhook-${name}`) ?? "");
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  const bytes = Buffer.from(signature.replace(/^v1a,/, ""), "base64");
  if (!signature.startsWith("v1a,") || !verify(null, content, key, bytes)) {
    throw new Error("The signature is not valid");
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // closed already
  }
}

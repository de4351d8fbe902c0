/**
 * A small webhook receiver, which verifies Standard Webhooks signatures and shows the alerts. Run
 * alone, it takes its secret from `WEBHOOK_SECRET` (by default a new one) and its port from `PORT`.
 *
 * @module
 */
import { paint, say } from "../cli/output/terminal.ts";
import { verify } from "../delivery/verify.ts";
import { type LoopbackServer, serveOnLoopback } from "../server/serve_on_loopback.ts";
import { untilStopped } from "../server/until_stopped.ts";
import { LimitedBytesTransformStream } from "../stream/limited_bytes.ts";
import { newSecret } from "./credentials.ts";
import { alertLine, partLines } from "./narrator.ts";

/** No message of Panoptes is larger than 64 KiB. */
const MAX_BYTES = 1_048_576;
/** How many ids are remembered, to tell a repeat from a new message. */
const MAX_IDS = 10_000;

/** A webhook whose signature was verified. */
export interface ReceivedWebhook {
  readonly webhookId: string;
  /** How many times this id has been received before. */
  readonly repeats: number;
  /** The parsed body; event text in it is hostile. */
  readonly body: unknown;
}

/** Options of a receiver. */
export interface ReceiverOptions {
  /** The secrets that it accepts, each `whsec_` and base64. */
  readonly secrets: readonly string[];
  /** Receives every verified message, repeats included. */
  readonly onReceived: (webhook: ReceivedWebhook) => void;
  /** Receives the reason for each request that is refused. */
  readonly onRefused?: (reason: string) => void;
  /** Milliseconds since the Unix epoch; by default the system's clock. */
  readonly now?: () => number;
}

/**
 * Makes the handler of a webhook receiver: 204 for a verified message, 401 for any other.
 *
 * @param options Its secrets and callbacks.
 */
export function createReceiver(
  { secrets, onReceived, onRefused, now = Date.now }: ReceiverOptions,
): (request: Request) => Promise<Response> {
  const seen = new Map<string, number>();
  const reject = (status: number, reason: string) => {
    onRefused?.(reason);
    return new Response(null, { status });
  };
  return async (request) => {
    if (request.method !== "POST" || request.body === null) {
      return reject(405, "the method is not POST");
    }
    let body: Uint8Array<ArrayBuffer>;
    try {
      const limited = request.body.pipeThrough(
        new LimitedBytesTransformStream(MAX_BYTES, { error: true }),
      );
      body = new Uint8Array(await new Response(limited as ReadableStream).arrayBuffer());
    } catch {
      return reject(413, "the body is too large or incomplete");
    }
    const verified = await verify({ headers: request.headers, body, secrets, now: now() });
    if ("rejected" in verified) return reject(401, verified.rejected);
    let parsed: unknown;
    try {
      parsed = JSON.parse(new TextDecoder().decode(body));
    } catch {
      return reject(400, "the body is not JSON");
    }
    const { webhookId } = verified;
    const repeats = seen.get(webhookId) ?? 0;
    seen.delete(webhookId); // so that it is the newest again
    seen.set(webhookId, repeats + 1);
    const [oldest] = seen.keys();
    if (seen.size > MAX_IDS && oldest !== undefined) seen.delete(oldest);
    onReceived({ webhookId, repeats, body: parsed });
    return new Response(null, { status: 204 });
  };
}

/**
 * Writes a received alert on one line, safe for a terminal.
 *
 * @param webhook The verified webhook.
 */
export function describeWebhook({ webhookId, repeats, body }: ReceivedWebhook): string {
  const alert = alertIn(body);
  const again = repeats > 0 ? `, received ${repeats + 1} times` : "";
  const verified = `webhook-id ${webhookId.slice(0, 12)}… verified${again}`;
  return `${alertLine(alert)}  ${paint("dim", verified)}`;
}

/**
 * Writes the parts of a received alert, each on a line, safe for a terminal.
 *
 * @param webhook The verified webhook.
 * @returns The lines; none for the alert of a single event.
 */
export function describeParts({ body }: Pick<ReceivedWebhook, "body">): string[] {
  return partLines(alertIn(body));
}

function alertIn(body: unknown): unknown {
  return typeof body === "object" && body !== null && "data" in body ? body.data : undefined;
}

/** A running webhook receiver, and the endpoint that makes the Worker deliver to it. */
export interface RunningReceiver {
  readonly server: LoopbackServer;
  /** One member of WEBHOOKS. */
  readonly endpoint: Readonly<Record<string, unknown>>;
}

/**
 * Starts a webhook receiver on loopback, with a new secret.
 *
 * @param port The wanted port.
 * @param onAlert Receives a line about each verified webhook and those of its parts, safe for a
 *   terminal.
 * @param onRefused Receives the reason for each request that is refused.
 */
export function startReceiver(
  port: number,
  onAlert: (line: string, parts: readonly string[]) => void,
  onRefused: (reason: string) => void,
): RunningReceiver {
  const secret = newSecret();
  const receiver = createReceiver({
    secrets: [secret],
    onReceived: (webhook) => onAlert(describeWebhook(webhook), describeParts(webhook)),
    onRefused,
  });
  const server = serveOnLoopback(receiver, port);
  return {
    server,
    endpoint: { name: "receiver", url: `${server.origin}/`, secret, allowHttpLoopback: true },
  };
}

if (import.meta.main) {
  const secret = Deno.env.get("WEBHOOK_SECRET") ?? newSecret();
  const receiver = createReceiver({
    secrets: [secret],
    onReceived: (webhook) =>
      say([describeWebhook(webhook), ...describeParts(webhook)].join("\n  ")),
    onRefused: (reason) => say(paint("red", `refused: ${reason}`)),
  });
  const server = serveOnLoopback(receiver, Number(Deno.env.get("PORT") ?? 8789));
  say(`Receiving webhooks at ${server.origin}/`);
  say(`Secret ${secret}`);
  await untilStopped();
  await server.close();
  Deno.exit(0);
}

/**
 * A small webhook receiver: verifies Standard Webhooks signatures and shows the alerts. Run alone, it
 * takes its secret from `WEBHOOK_SECRET` (one is made if there is none).
 *
 * @module
 */
import { verify } from "../delivery/verify.ts";
import { LimitedBytesTransformStream } from "../stream/std_streams.ts";
import { alertLine } from "./alert_line.ts";
import { serveOnLoopback } from "./serve_on_loopback.ts";
import { untilStopped } from "./until_stopped.ts";
import { paint, say } from "../cli/output/terminal.ts";

/** No message of ours is larger than 64 KiB. */
const MOST_BYTES = 1_048_576;
/** How many ids are remembered, to tell a repeat from a new message. */
const MOST_IDS = 10_000;

/** A webhook whose signature was verified. */
export interface ReceivedWebhook {
  readonly webhookId: string;
  /** How many times this id was received before. */
  readonly repeats: number;
  /** The body, parsed; event text in it is hostile. */
  readonly body: unknown;
}

/** How a receiver is made. */
export interface ReceiverOptions {
  /** The secrets that it accepts, each `whsec_` and base64. */
  readonly secrets: readonly string[];
  /** Told of every verified message, repeats included. */
  readonly onReceived: (webhook: ReceivedWebhook) => void;
  /** Told why a request was refused. */
  readonly onRejected?: (reason: string) => void;
  /** Milliseconds since the Unix epoch; the system's clock without it. */
  readonly now?: () => number;
}

/**
 * Makes the handler of a webhook receiver: 204 for a verified message, 401 for any other.
 *
 * @param options Its secrets, and who is told.
 */
export function createReceiver(
  { secrets, onReceived, onRejected, now = Date.now }: ReceiverOptions,
): (request: Request) => Promise<Response> {
  const seen = new Map<string, number>();
  const reject = (status: number, reason: string) => {
    onRejected?.(reason);
    return new Response(null, { status });
  };
  return async (request) => {
    if (request.method !== "POST" || request.body === null) return reject(405, "not a POST");
    let body: Uint8Array<ArrayBuffer>;
    try {
      const limited = request.body.pipeThrough(
        new LimitedBytesTransformStream(MOST_BYTES, { error: true }),
      );
      body = new Uint8Array(await new Response(limited as ReadableStream).arrayBuffer());
    } catch {
      return reject(413, "the body is too large or broke off");
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
    if (seen.size > MOST_IDS) seen.delete(seen.keys().next().value!);
    onReceived({ webhookId, repeats, body: parsed });
    return new Response(null, { status: 204 });
  };
}

/**
 * One line about a received alert, safe on a terminal.
 *
 * @param webhook The verified webhook.
 */
export function describeWebhook({ webhookId, repeats, body }: ReceivedWebhook): string {
  const alert = typeof body === "object" && body !== null && "data" in body ? body.data : undefined;
  const again = repeats > 0 ? `, again, ${repeats + 1} times in all` : "";
  const verified = `webhook-id ${webhookId.slice(0, 12)}… verified${again}`;
  return `${alertLine(alert)}  ${paint("dim", verified)}`;
}

/** A signing secret of 32 random bytes. */
export function newSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(32)).toBase64()}`;
}

if (import.meta.main) {
  const secret = Deno.env.get("WEBHOOK_SECRET") ?? newSecret();
  const receiver = createReceiver({
    secrets: [secret],
    onReceived: (webhook) => say(describeWebhook(webhook)),
    onRejected: (reason) => say(paint("red", `refused: ${reason}`)),
  });
  const server = serveOnLoopback(receiver, Number(Deno.env.get("PORT") ?? 8789));
  say(`Receiving webhooks at ${server.origin}/`);
  say(`Secret ${secret}`);
  await untilStopped();
  await server.close();
  Deno.exit(0);
}

import { createReceiver, describeWebhook, newSecret, type ReceivedWebhook } from "./receiver.ts";
import { type LoopbackServer, serveOnLoopback } from "./serve_on_loopback.ts";

/** A webhook receiver on loopback, and the endpoint that the Worker is configured with to reach it. */
export interface AlertReceiver {
  readonly server: LoopbackServer;
  /** One member of WEBHOOKS. */
  readonly endpoint: Readonly<Record<string, unknown>>;
}

/**
 * Starts a webhook receiver with a secret of its own.
 *
 * @param port The wanted port.
 * @param onAlert Told of each verified webhook, with a line about it that is safe on a terminal.
 * @param onRefused Told why a request was refused.
 */
export function startAlertReceiver(
  port: number,
  onAlert: (line: string, webhook: ReceivedWebhook) => void,
  onRefused: (reason: string) => void,
): AlertReceiver {
  const secret = newSecret();
  const receiver = createReceiver({
    secrets: [secret],
    onReceived: (webhook) => onAlert(describeWebhook(webhook), webhook),
    onRejected: onRefused,
  });
  const server = serveOnLoopback(receiver, port);
  return {
    server,
    endpoint: { name: "receiver", url: `${server.origin}/`, secret, allowHttpLoopback: true },
  };
}

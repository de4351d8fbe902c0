import { signingKey } from "./secret.ts";
import { isWebhookId, signedContent } from "./signed_content.ts";

/** The three headers of a signed webhook. */
export interface SignatureHeaders {
  /** The same in every attempt, so that the receiver can drop repeats. */
  readonly "webhook-id": string;
  /** When this attempt was made, in seconds since the Unix epoch. */
  readonly "webhook-timestamp": string;
  /** A signature for each secret, `v1,…` or `v1a,…`, separated by spaces. */
  readonly "webhook-signature": string;
}

/** What to sign. */
export interface SignOptions {
  /** The message's id: 1 to 256 visible ASCII characters without a dot. */
  readonly webhookId: string;
  /** When the attempt is made, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** The exact bytes that are sent. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The current secret, then those that still sign during a rotation; see `isSecret()`. */
  readonly secrets: readonly string[];
}

/**
 * Signs one attempt over `id.timestamp.body`, as Standard Webhooks says: with HMAC-SHA256 (`v1`) for
 * each shared secret, and with Ed25519 (`v1a`) for each private key.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sign } from "./sign.ts";
 *
 * // The example from the specification's own libraries.
 * const headers = await sign({
 *   webhookId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
 *   now: 1_614_265_330_000,
 *   body: new TextEncoder().encode('{"test": 2432232314}'),
 *   secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
 * });
 * assertEquals(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
 * ```
 *
 * @param options What to sign, and with which secrets.
 * @returns The three headers.
 * @throws {TypeError} If there is no secret, a secret is malformed (it is not quoted), or the id
 *   cannot be signed unambiguously.
 */
export async function sign(
  { webhookId, now, body, secrets }: SignOptions,
): Promise<SignatureHeaders> {
  if (!isWebhookId(webhookId)) {
    throw new TypeError(
      "Cannot sign a webhook: its id must be 1 to 256 visible ASCII characters without a dot",
    );
  }
  if (secrets.length === 0) throw new TypeError("Cannot sign a webhook: there is no secret");
  const timestamp = String(Math.floor(now / 1_000));
  const content = signedContent(webhookId, timestamp, body);
  const signatures = await Promise.all(secrets.map(async (secret) => {
    const { version, key } = await signingKey(secret);
    const signature = await crypto.subtle.sign(key.algorithm.name, key, content);
    return `${version},${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
  }));
  return {
    "webhook-id": webhookId,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

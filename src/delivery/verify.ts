import { hmacKey } from "./secret.ts";
import { isWebhookId, signedContent } from "./signed_content.ts";

/**
 * The maximum age of a timestamp, or distance in the future, in seconds, as in the specification's
 * own libraries.
 */
const TOLERANCE = 300;

/** How many signatures of one header are checked: each costs an HMAC. */
const MAX_SIGNATURES = 16;

/** A received webhook, and what its receiver knows. */
export interface VerifyOptions {
  /** The request's headers. */
  readonly headers: Headers;
  /** The exact bytes of the body, as received. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The secrets that are accepted. */
  readonly secrets: readonly string[];
  /** The time now, in milliseconds since the Unix epoch. */
  readonly now: number;
}

/** A verified webhook, or the reason why it is rejected. */
export type Verified =
  | { readonly webhookId: string; readonly timestamp: number }
  | {
    readonly rejected: "missing_header" | "malformed_header" | "too_old" | "too_new" | "no_match";
  };

/**
 * Checks a webhook as its receiver has to before it parses the body: one of its `v1` signatures
 * must be ours, over exactly these bytes, and no older than five minutes.
 *
 * WebCrypto compares in constant time. It is up to the receiver to drop repeats of the same
 * `webhook-id`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sign } from "./sign.ts";
 * import { verify } from "./verify.ts";
 *
 * const body = new TextEncoder().encode("{}");
 * const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
 * const headers = new Headers({ ...await sign({ webhookId: "a1b2", now: 5_000, body, secrets }) });
 * assertEquals(await verify({ headers, body, secrets, now: 6_000 }), { webhookId: "a1b2", timestamp: 5 });
 * assertEquals(await verify({ headers, body, secrets, now: 400_000 }), { rejected: "too_old" });
 * ```
 *
 * @param options The request, the secrets and the time.
 * @returns The id and timestamp (in seconds), or `rejected` with the reason.
 * @throws {TypeError} If one of our own secrets is malformed.
 */
export async function verify(
  { headers, body, secrets, now }: VerifyOptions,
): Promise<Verified> {
  const webhookId = headers.get("webhook-id");
  const timestampText = headers.get("webhook-timestamp");
  const signatures = headers.get("webhook-signature");
  if (webhookId === null || timestampText === null || signatures === null) {
    return { rejected: "missing_header" };
  }
  if (!isWebhookId(webhookId) || !/^\d{1,12}$/.test(timestampText)) {
    return { rejected: "malformed_header" };
  }
  const timestamp = Number(timestampText);
  const age = Math.floor(now / 1_000) - timestamp;
  if (age > TOLERANCE) return { rejected: "too_old" };
  if (age < -TOLERANCE) return { rejected: "too_new" };
  const content = signedContent(webhookId, timestampText, body);
  const keys = await Promise.all(secrets.map((secret) => hmacKey(secret, "verify")));
  for (const signature of signatures.split(" ", MAX_SIGNATURES)) {
    const bytes = signatureBytes(signature);
    if (!bytes) continue;
    for (const key of keys) {
      if (await crypto.subtle.verify("HMAC", key, bytes, content)) return { webhookId, timestamp };
    }
  }
  return { rejected: "no_match" };
}

/**
 * The bytes of a `v1` signature; undefined for other versions, and if it cannot be an HMAC-SHA256.
 */
function signatureBytes(signature: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature)?.[1];
  return base64 === undefined
    ? undefined
    : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

import { type SignatureVersion, verificationKey } from "./secret.ts";
import { isWebhookId, signedContent } from "./signed_content.ts";

/**
 * The maximum age of a timestamp, or distance in the future, in seconds, as in the specification's
 * own libraries.
 */
const TOLERANCE = 300;

/** How many signatures of one header are checked: for each key. */
const MAX_SIGNATURES = 16;

/** A received webhook, and what its receiver knows. */
export interface VerifyOptions {
  /** The request's headers. */
  readonly headers: Headers;
  /** The exact bytes of the body, as received. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The shared secrets (`whsec_`) and public keys (`whpk_`) that are accepted. */
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
 * Checks a webhook, as its receiver has to before it parses the body: one of its signatures, `v1` or
 * `v1a`, must be by one of the keys, over exactly these bytes, and no older than five minutes.
 *
 * A signature counts only for a key of its own version. WebCrypto compares in constant time. It is up
 * to the receiver to drop repeats of the same `webhook-id`.
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
 * @throws {TypeError} If one of the receiver's own secrets or keys is malformed.
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
  const keys = await Promise.all(secrets.map(verificationKey));
  for (const signature of signatures.split(" ", MAX_SIGNATURES)) {
    const read = readSignature(signature);
    if (!read) continue;
    for (const { version, key } of keys) {
      if (
        version === read.version &&
        await crypto.subtle.verify(key.algorithm.name, key, read.bytes, content)
      ) return { webhookId, timestamp };
    }
  }
  return { rejected: "no_match" };
}

/** An HMAC-SHA256 has 32 bytes and an Ed25519 signature 64, in base64. */
const FORMS: readonly [SignatureVersion, RegExp][] = [
  ["v1", /^v1,([A-Za-z0-9+/]{43}=)$/],
  ["v1a", /^v1a,([A-Za-z0-9+/]{86}==)$/],
];

/** The version and bytes of a signature; undefined for other versions and for other lengths. */
function readSignature(
  signature: string,
): { version: SignatureVersion; bytes: Uint8Array<ArrayBuffer> } | undefined {
  for (const [version, form] of FORMS) {
    const base64 = form.exec(signature)?.[1];
    if (base64 === undefined) continue;
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return { version, bytes };
  }
  return undefined;
}

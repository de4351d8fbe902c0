const PREFIX = "whsec_";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Whether this is a signing secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isSecret } from "./secret.ts";
 *
 * assert(isSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
 * assert(!isSecret("whsec_c2hvcnQ="));
 * ```
 *
 * @param text The text to check.
 * @returns True if `hmacKey()` accepts it.
 */
export function isSecret(text: string): boolean {
  return decode(text) !== undefined;
}

/**
 * Makes the WebCrypto key of a signing secret, from which the secret cannot be read back.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hmacKey } from "./secret.ts";
 *
 * const key = await hmacKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sign");
 * assertEquals([key.algorithm.name, key.extractable, key.usages], ["HMAC", false, ["sign"]]);
 * ```
 *
 * @param secret `whsec_` and 24 to 64 bytes in base64.
 * @param usage What the key is for.
 * @returns A key for HMAC-SHA256.
 * @throws {TypeError} If the secret is anything else; the message does not quote it.
 */
export async function hmacKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  const bytes = decode(secret);
  if (!bytes) {
    throw new TypeError(
      "Cannot read a signing secret: it must be whsec_ followed by 24 to 64 bytes in base64",
    );
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return await crypto.subtle.importKey("raw", bytes, algorithm, false, [usage]);
}

function decode(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || base64.length % 4 !== 0 || !BASE64.test(base64)) {
    return undefined;
  }
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

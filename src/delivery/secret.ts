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
 * @returns True if `secretBytes()` accepts it.
 */
export function isSecret(text: string): boolean {
  return decode(text) !== undefined;
}

/**
 * The key inside a signing secret (Standard Webhooks, section "Signature scheme").
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { secretBytes } from "./secret.ts";
 *
 * assertEquals(secretBytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").length, 24);
 * ```
 *
 * @param secret `whsec_` and 24 to 64 bytes in base64.
 * @returns The bytes of the key.
 * @throws {TypeError} If it is anything else; the message does not quote it.
 */
export function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = decode(secret);
  if (bytes) return bytes;
  throw new TypeError(
    "Cannot read the signing secret: it must be whsec_ followed by 24 to 64 bytes in base64",
  );
}

function decode(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || base64.length % 4 !== 0 || !BASE64.test(base64)) {
    return undefined;
  }
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

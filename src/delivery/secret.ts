/**
 * The keys of Standard Webhooks, as people write them: `whsec_` for a shared secret, and a pair of
 * `whsk_` and `whpk_` for Ed25519, of which only the first is secret.
 *
 * @module
 */

/** A version of signatures, as it stands before each. */
export type SignatureVersion = "v1" | "v1a";

/** A key that is ready for use, and the version of the signatures that it makes or verifies. */
export interface WebhookKey {
  readonly version: SignatureVersion;
  readonly key: CryptoKey;
}

/** What a secret has to look like, to put after "must be" or "it must be". */
export const SECRET_FORM =
  "whsec_ followed by 24 to 64 bytes in base64, or whsk_ followed by an Ed25519 private key";

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const HMAC = { name: "HMAC", hash: "SHA-256" };
const ED25519 = { name: "Ed25519" };

/** The bytes of a private key in PKCS #8 up to the key itself, which are always the same (RFC 8410). */
const PKCS8_HEAD = Uint8Array.from(atob("MC4CAQAwBQYDK2VwBCIEIA=="), (char) => char.charCodeAt(0));

/**
 * Whether this is a key that signs: `whsec_` and 24 to 64 bytes in base64, or `whsk_` and an Ed25519
 * private key. That is its 32 bytes, or 64 with the public key after them, in base64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isSecret } from "./secret.ts";
 *
 * assert(isSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
 * assert(isSecret("whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="));
 * assert(!isSecret("whsec_c2hvcnQ="));
 * ```
 *
 * @param text The text to check.
 * @returns True if `signingKey()` accepts it.
 */
export function isSecret(text: string): boolean {
  return sharedSecret(text) !== undefined || privateKey(text) !== undefined;
}

/**
 * Makes the WebCrypto key that signs, from which the secret cannot be read back.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { signingKey } from "./secret.ts";
 *
 * const { version, key } = await signingKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
 * assertEquals([version, key.extractable, key.usages], ["v1", false, ["sign"]]);
 * ```
 *
 * @param secret A secret that `isSecret()` accepts.
 * @returns The key.
 * @throws {TypeError} If it is anything else; the message does not quote it.
 */
export async function signingKey(secret: string): Promise<WebhookKey> {
  const shared = sharedSecret(secret);
  if (shared !== undefined) {
    const key = await crypto.subtle.importKey("raw", shared, HMAC, false, ["sign"]);
    return { version: "v1", key };
  }
  const own = privateKey(secret);
  if (own !== undefined) return { version: "v1a", key: await importPrivate(own, false) };
  throw new TypeError(`Cannot read a signing secret: it must be ${SECRET_FORM}`);
}

/**
 * Makes the WebCrypto key that verifies: from a shared secret, or from a public key.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { verificationKey } from "./secret.ts";
 *
 * const { version } = await verificationKey("whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=");
 * assertEquals(version, "v1a");
 * ```
 *
 * @param text `whsec_` and 24 to 64 bytes in base64, or `whpk_` and the 32 bytes of an Ed25519 public
 *   key.
 * @returns The key.
 * @throws {TypeError} If it is anything else; the message does not quote it.
 */
export async function verificationKey(text: string): Promise<WebhookKey> {
  const shared = sharedSecret(text);
  if (shared !== undefined) {
    const key = await crypto.subtle.importKey("raw", shared, HMAC, false, ["verify"]);
    return { version: "v1", key };
  }
  const bytes = decode("whpk_", text);
  if (bytes?.length === 32) {
    const key = await crypto.subtle.importKey("raw", bytes, ED25519, false, ["verify"]);
    return { version: "v1a", key };
  }
  throw new TypeError(
    "Cannot read a key to verify webhooks with: it must be whsec_ followed by 24 to 64 bytes in " +
      "base64, or whpk_ followed by an Ed25519 public key",
  );
}

/**
 * The public keys that belong to the private ones among secrets, which receivers verify with.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { publicKeysOf } from "./secret.ts";
 *
 * const secrets = [
 *   "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
 *   "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", // has no public half
 * ];
 * assertEquals(await publicKeysOf(secrets), ["whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="]);
 * ```
 *
 * @param secrets Secrets that `isSecret()` accepts.
 * @returns Each key once, `whpk_` and its 32 bytes in base64.
 */
export async function publicKeysOf(secrets: readonly string[]): Promise<string[]> {
  const own = secrets.flatMap((secret) => privateKey(secret) ?? []);
  const keys = await Promise.all(own.map(async (bytes) => {
    const { x = "" } = await crypto.subtle.exportKey("jwk", await importPrivate(bytes, true));
    return `whpk_${x.replaceAll("-", "+").replaceAll("_", "/")}=`;
  }));
  return [...new Set(keys)];
}

/**
 * The texts that would give a secret away, for `redactor()`: receivers have shared secrets, and may
 * repeat them in an answer.
 *
 * @param secret A secret that `isSecret()` accepts.
 * @returns Its bytes in base64 and in hexadecimal.
 */
export function textsOfSecret(secret: string): string[] {
  const bytes = sharedSecret(secret) ?? privateKey(secret) ?? new Uint8Array();
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [secret.replace(/^wh(sec|sk)_/, ""), hex];
}

/** PKCS #8 and not JWK, which would want the public key beside the private one. */
function importPrivate(bytes: Uint8Array, isExtractable: boolean): Promise<CryptoKey> {
  const encoded = new Uint8Array([...PKCS8_HEAD, ...bytes]);
  return crypto.subtle.importKey("pkcs8", encoded, ED25519, isExtractable, ["sign"]);
}

function sharedSecret(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = decode("whsec_", text);
  return bytes && bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

/** The 32 bytes from which both halves follow: a public key beside them is never used to sign. */
function privateKey(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = decode("whsk_", text);
  return bytes?.length === 32 || bytes?.length === 64 ? bytes.slice(0, 32) : undefined;
}

function decode(prefix: string, text: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = text.slice(prefix.length);
  if (!text.startsWith(prefix) || base64.length % 4 !== 0 || !BASE64.test(base64)) {
    return undefined;
  }
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

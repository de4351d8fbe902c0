import { sha256 } from "@noble/hashes/sha2.js";
import type { Endpoint } from "./endpoint.ts";

const digests = new WeakMap<Endpoint, string>();

/**
 * Tells two configurations of an endpoint apart, as far as they decide whether it accepts a message.
 *
 * @param endpoint The endpoint.
 * @returns 64 bits of a hash, from which no setting follows, in hexadecimal.
 */
export function settingsDigest(endpoint: Endpoint): string {
  const known = digests.get(endpoint);
  if (known !== undefined) return known;
  const { url, secret, headers, format, options, allowedPorts, allowHttpLoopback } = endpoint;
  const settings = { url, secret, headers, format, options, allowedPorts, allowHttpLoopback };
  const bytes = new TextEncoder().encode(JSON.stringify(settings));
  const digest = sha256(bytes).slice(0, 8).toHex();
  digests.set(endpoint, digest);
  return digest;
}

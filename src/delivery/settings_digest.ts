import { sha256Hex } from "../stream/sha256_hex.ts";
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
  const digest = sha256Hex(JSON.stringify(settings)).slice(0, 16);
  digests.set(endpoint, digest);
  return digest;
}

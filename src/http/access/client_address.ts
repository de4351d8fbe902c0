/**
 * Where Cloudflare tells the address of the client, and our own server does: both overwrite what a
 * client sends there.
 */
export const CLIENT_ADDRESS_HEADER = "cf-connecting-ip";

/** What an IP address may consist of; on other runtimes the header is hostile text. */
const FORM = /^(?=.*[.:])[0-9A-Fa-f.:]{2,45}$/;

/**
 * The address of the client, where it is known.
 *
 * @param headers The headers of its request.
 * @returns The IP address; null if it is not known, or is none.
 */
export function clientAddress(headers: Headers): string | null {
  const address = headers.get(CLIENT_ADDRESS_HEADER) ?? "";
  return FORM.test(address) ? address : null;
}

/**
 * What one client may choose addresses from: an IPv4 address, or the /64 of an IPv6 address.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { clientNetwork } from "./client_address.ts";
 *
 * assertEquals(clientNetwork("192.0.2.7"), "192.0.2.7");
 * assertEquals(clientNetwork("2001:DB8::7"), clientNetwork("2001:db8:0:0:1:2:3:4"));
 * ```
 *
 * @param address An IP address, as `clientAddress()` returns it.
 * @returns The network.
 */
export function clientNetwork(address: string): string {
  if (!address.includes(":")) return address;
  const [start = "", end] = address.toLowerCase().split("::");
  const before = start.split(":").filter(Boolean);
  const after = (end ?? "").split(":").filter(Boolean);
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  return [...before, ...zeros, ...after].slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}

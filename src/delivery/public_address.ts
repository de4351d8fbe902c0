import ipaddr from "ipaddr.js";

/**
 * All that IANA has assigned to hosts so far; most tunnels and translation prefixes are outside it.
 */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an IP address belongs to the public internet. By IANA's special-purpose registries, it is
 * not private, shared, local or reserved, and has no prefix that may lead to such an address
 * (IPv4-mapped, 6to4, Teredo, NAT64, SRv6).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isPublicAddress } from "./public_address.ts";
 *
 * assert(isPublicAddress("1.1.1.1"));
 * assert(!isPublicAddress("169.254.169.254"));
 * assert(!isPublicAddress("::ffff:10.0.0.1"));
 * ```
 *
 * @param address An IPv4 address in four decimal parts, or an IPv6 address without brackets.
 * @returns Whether it is public; false also for a string that is not an address.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === "unicast";
  }
  // A zone (fe80::1%eth0) has no place on the public internet.
  if (!ipaddr.IPv6.isValid(address) || address.includes("%")) return false;
  const v6 = ipaddr.IPv6.parse(address);
  return v6.range() === "unicast" && v6.match(GLOBAL_UNICAST_V6);
}

import { contains, emptyNetwork, type Network, parseNetwork } from "../sigma/compile/network.ts";

/**
 * All that IANA has assigned to hosts: of IPv6 only 2000::/3 so far, so most tunnels and
 * translation prefixes are outside it.
 */
const ASSIGNED = networks("0.0.0.0/0", "2000::/3");

/**
 * What is not public in it, by IANA's special-purpose registries, tunnels into IPv4, and the one
 * public address that a cloud answers from inside: Azure's 168.63.129.16, next to every machine.
 */
const SPECIAL = networks(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "2620:4f:8000::/48",
  "3fff::/20",
);

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
  // A zone (fe80::1%eth0) has no place on the public internet, and a network is no address.
  const network = /[%/]/.test(address) ? undefined : parseNetwork(address, emptyNetwork());
  if (network === undefined) return false;
  // An IPv4 address inside an IPv6 one is refused: nobody writes it so but to hide it.
  if (network.family === 4 && address.includes(":")) return false;
  return isIn(network, ASSIGNED) && !isIn(network, SPECIAL);
}

function isIn(address: Network, list: readonly Network[]): boolean {
  return list.some((network) => contains(network, address));
}

function networks(...texts: string[]): Network[] {
  return texts.map((text) => parseNetwork(text, emptyNetwork())!);
}

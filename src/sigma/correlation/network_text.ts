import { emptyNetwork, masked, type Network, parseNetwork } from "../compile/network.ts";

/**
 * The network that an address is in, written in one way only, such as `192.0.0.0/16`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { networkText } from "./network_text.ts";
 *
 * const prefixes = { ipv4: 16, ipv6: 48 };
 * assertEquals(networkText("192.0.2.44", prefixes), ["192.0.0.0/16"]);
 * assertEquals(networkText("2001:db8:7:1::5", prefixes), ["2001:db8:7::/48"]);
 * assertEquals(networkText("unknown", prefixes), []);
 * ```
 *
 * @param text An address; IPv4 addresses mapped into IPv6 count as IPv4.
 * @param prefixes How many leading bits count.
 * @returns The network; nothing if the text is not an address.
 */
export function networkText(
  text: string,
  { ipv4, ipv6 }: { readonly ipv4: number; readonly ipv6: number },
): string[] {
  const network = parseNetwork(text.trim(), emptyNetwork());
  if (network === undefined) return [];
  const prefix = Math.min(network.prefix, network.family === 4 ? ipv4 : ipv6);
  return [
    `${network.family === 4 ? ipv4Text(network, prefix) : ipv6Text(network, prefix)}/${prefix}`,
  ];
}

function ipv4Text({ d }: Network, prefix: number): string {
  const word = masked(d, prefix);
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join(".");
}

/** In hexadecimal, without the zeros at the end: as much of RFC 5952 as a network needs. */
function ipv6Text({ a, b, c, d }: Network, prefix: number): string {
  const groups = [a, b, c, d].flatMap((word, index) => {
    const bits = masked(word, prefix - 32 * index);
    return [bits >>> 16, bits & 0xffff];
  });
  const end = groups.findLastIndex((group) => group !== 0) + 1;
  const text = groups.slice(0, end).map((group) => group.toString(16)).join(":");
  return end === groups.length ? text : `${text}::`;
}

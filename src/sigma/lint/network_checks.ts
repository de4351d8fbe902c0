/**
 * Checks of addresses and networks.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import type { Check } from "./check.ts";
import { has, strings } from "./item.ts";

/** A network as `address/length`, read strictly; `undefined` for anything else. */
function networkOf(text: string): { address: ipaddr.IPv4 | ipaddr.IPv6; bits: number } | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(text);
  return { address, bits };
}

/** The network with the bits after the prefix set to zero. */
function masked(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
}

/** Checks of addresses and networks. */
export const networkChecks: readonly Check[] = [
  {
    code: "cidr-host-bits",
    severity: "warning",
    summary: "A network has bits set after its prefix.",
    *run({ items }) {
      for (const item of items) {
        if (!has(item, "cidr")) continue;
        for (const { value, at } of strings(item)) {
          const network = networkOf(value);
          if (network === undefined) continue;
          const whole = masked(network.address, network.bits);
          if (`${network.address.toString()}/${network.bits}` === whole) continue;
          yield {
            at,
            message: `'${value}' is an address, its network is ${whole}`,
            suggestion: `Write ${whole}`,
          };
        }
      }
    },
  },
  {
    code: "cidr-everything",
    severity: "warning",
    summary: "A network of prefix length 0 holds every address.",
    *run({ items }) {
      for (const item of items) {
        if (!has(item, "cidr")) continue;
        for (const { value, at } of strings(item)) {
          if (networkOf(value)?.bits !== 0) continue;
          yield {
            at,
            message: `'${value}' holds every address of its family`,
            suggestion: `Write '${item.field ?? ""}|exists: true' if that is meant`,
          };
        }
      }
    },
  },
  {
    code: "cidr-not-asked",
    severity: "info",
    summary: "A network stands without 'cidr', so it is compared as text.",
    *run({ items }) {
      for (const item of items) {
        if (item.field === undefined || item.modifiers.length > 0) continue;
        for (const { value, at } of strings(item)) {
          if (networkOf(value) === undefined) continue;
          yield {
            at,
            message: `'${value}' is compared as text`,
            suggestion: `Write '${item.field}|cidr'`,
          };
        }
      }
    },
  },
  {
    code: "cidr-by-prefix",
    severity: "info",
    summary: "The beginning of an address stands for a network.",
    *run({ items }) {
      for (const item of items) {
        if (item.field === undefined || has(item, "re", "contains", "endswith", "cidr")) continue;
        for (const { value, at } of strings(item)) {
          const prefix = has(item, "startswith")
            ? value
            : value.endsWith("*")
            ? value.slice(0, -1)
            : "";
          const bytes = /^(\d{1,3}\.){1,3}$/.test(prefix) ? prefix.split(".").slice(0, -1) : [];
          if (bytes.length === 0 || bytes.some((byte) => Number(byte) > 255)) continue;
          const network = `${[...bytes, "0", "0", "0"].slice(0, 4).join(".")}/${bytes.length * 8}`;
          yield {
            at,
            message: `'${prefix}' stands for the network ${network}`,
            suggestion: `Write '${item.field}|cidr: ${network}'`,
          };
        }
      }
    },
  },
];

/**
 * Checks of addresses and networks.
 *
 * @module
 */
import { emptyNetwork, parseNetwork } from "../compile/network.ts";
import type { Check } from "./check.ts";
import { has, strings } from "./item.ts";

/** The prefix length of a network written as `address/length`; `undefined` for anything else. */
function prefixOf(text: string): number | undefined {
  return text.includes("/") ? parseNetwork(text, emptyNetwork())?.prefix : undefined;
}

/** Checks of addresses and networks. */
export const networkChecks: readonly Check[] = [
  {
    code: "cidr-everything",
    severity: "warning",
    summary: "A network with prefix length 0 contains every address.",
    *run({ items }) {
      for (const item of items) {
        if (!has(item, "cidr")) continue;
        for (const { value, at } of strings(item)) {
          if (prefixOf(value) !== 0) continue;
          yield {
            at,
            group: item,
            message: `'${value}' contains every address of its family`,
            suggestion: `Write '${item.field ?? ""}|exists: true' if that is intended`,
          };
        }
      }
    },
  },
  {
    code: "cidr-not-asked",
    severity: "info",
    summary: "A network has no 'cidr', so it is compared as a string.",
    *run({ items }) {
      for (const item of items) {
        if (item.field === undefined || item.modifiers.length > 0) continue;
        for (const { value, at } of strings(item)) {
          if (prefixOf(value) === undefined) continue;
          yield {
            at,
            group: item,
            message: `'${value}' is compared as a string`,
            suggestion: `Write '${item.field}|cidr'`,
          };
        }
      }
    },
  },
  {
    code: "cidr-by-prefix",
    severity: "info",
    summary: "The start of an address is used for a network.",
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
            group: item,
            message: `'${prefix}' means the network ${network}`,
            suggestion: `Write '${item.field}|cidr: ${network}'`,
          };
        }
      }
    },
  },
];

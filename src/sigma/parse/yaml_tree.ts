import type { JsonValue } from "../sigma_rule.ts";

/** A text, number, boolean or null of a YAML file; start and end are offsets in the file. */
export interface YamlScalar {
  /** Tells the kinds of nodes apart. */
  kind: "scalar";
  /** As JSON; undefined for what JSON does not have. Integers beyond doubles stay texts. */
  value: string | number | boolean | null | undefined;
  /** As text, whatever the type. */
  text: string;
  /** Offset of the first unit, quotes included. */
  start: number;
  /** Offset after the last unit. */
  end: number;
}

/** One entry of a map. */
export interface Entry {
  /** The key as text. */
  key: string;
  /** The key's node. */
  keyNode: YamlScalar;
  /** The value's node; null when an alias could not be followed. */
  value: YamlNode | null;
}

/** A map; keys that are not scalars, and repeated ones, have been reported and left out. */
export interface YamlMap {
  /** Tells the kinds of nodes apart. */
  kind: "map";
  /** In the written order. */
  entries: Entry[];
  /** Offset of the first unit. */
  start: number;
  /** Offset after the last unit. */
  end: number;
}

/** A list. */
export interface YamlList {
  /** Tells the kinds of nodes apart. */
  kind: "list";
  /** In the written order. */
  items: (YamlNode | null)[];
  /** Offset of the first unit. */
  start: number;
  /** Offset after the last unit. */
  end: number;
}

/** A node of a YAML file with aliases already followed. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** Collections inside one another beyond this are refused, so that no file exhausts the stack. */
export const DEEPEST_YAML = 64;

/** The entries of a map; undefined when the node is something else. */
export function entriesOf(node: YamlNode | null): Entry[] | undefined {
  return node?.kind === "map" ? node.entries : undefined;
}

/** The items of a list; undefined when the node is something else. */
export function itemsOf(node: YamlNode | null): (YamlNode | null)[] | undefined {
  return node?.kind === "list" ? node.items : undefined;
}

/** Plain JSON data; what is not JSON becomes null. */
export function plainOf(node: YamlNode | null): JsonValue {
  switch (node?.kind) {
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
    case "list":
      return node.items.map(plainOf);
    case "scalar":
      return node.value ?? null;
    default:
      return null;
  }
}

import type { JsonValue } from "../sigma_rule.ts";

/** Offsets into the text of a file; the end is exclusive. */
export type Offsets = readonly [start: number, end: number];

/** Where a node is in the file. */
interface Placed {
  /** Offset of the first unit, quotes included. */
  start: number;
  /** Offset after the last unit. */
  end: number;
  /** The alias that was followed to the node: then start and end are those of the anchored text. */
  alias?: Offsets;
}

/** How a scalar is written: without quotes, in quotes, or as lines below `|` or `>`. */
export type ScalarStyle = "plain" | "single-quoted" | "double-quoted" | "block";

/** A string, number, boolean or null of a YAML file. */
export interface YamlScalar extends Placed {
  /** Distinguishes the kinds of nodes. */
  kind: "scalar";
  /** As JSON; undefined for what JSON does not have. Integers beyond doubles stay strings. */
  value: string | number | boolean | null | undefined;
  /** As a string, whatever the type; without quotes and escapes. */
  text: string;
  /** How it is written. */
  style: ScalarStyle;
}

/** One entry of a map. */
export interface Entry {
  /** The key as a string. */
  key: string;
  /** The key's node. */
  keyNode: YamlScalar;
  /** The value's node; null when an alias could not be followed. */
  value: YamlNode | null;
}

/** A map; keys that are not scalars, and duplicate keys, have been reported and left out. */
export interface YamlMap extends Placed {
  /** Distinguishes the kinds of nodes. */
  kind: "map";
  /** In the written order. */
  entries: Entry[];
}

/** A list. */
export interface YamlList extends Placed {
  /** Distinguishes the kinds of nodes. */
  kind: "list";
  /** In the written order. */
  items: (YamlNode | null)[];
}

/** A node of a YAML file with aliases already followed. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** The maximum nesting of maps and lists, so that no file exhausts the stack. */
export const MAX_YAML_DEPTH = 64;

/**
 * The maximum number of values that a document repeats without writing them out, such as by aliases.
 */
export const MAX_COPIED = 100_000;

/** The entries of a map; undefined when the node is something else. */
export function entriesOf(node: YamlNode | null | undefined): Entry[] | undefined {
  return node?.kind === "map" ? node.entries : undefined;
}

/** The items of a list; undefined when the node is something else. */
export function itemsOf(node: YamlNode | null | undefined): (YamlNode | null)[] | undefined {
  return node?.kind === "list" ? node.items : undefined;
}

/** Where a node is used: at its alias when it was reached through one. */
export function placeOf({ alias, start, end }: YamlNode): Offsets {
  return alias ?? [start, end];
}

/** Plain JSON data; what is not JSON becomes null. */
export function plainOf(node: YamlNode | null | undefined): JsonValue {
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

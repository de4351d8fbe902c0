/**
 * Detection items with the places of their parts.
 *
 * @module
 */
import {
  type Entry,
  itemsOf,
  type Offsets,
  placeOf,
  type ScalarStyle,
  type YamlMap,
  type YamlNode,
} from "../parse/yaml_tree.ts";
import type { SigmaValue } from "../sigma_rule.ts";

/** One value of an item. */
export interface ItemValue {
  readonly value: SigmaValue | undefined;
  readonly at: Offsets;
  readonly style: ScalarStyle;
  /** The value as a string; without quotes, as written. */
  readonly source: string;
}

/** One `field|modifier: value` of a detection, or its keywords. */
export interface Item {
  readonly identifier: string;
  /** `undefined` for keywords. */
  readonly field: string | undefined;
  /** Fields of the array blocks around it, outermost first. */
  readonly within: readonly string[];
  readonly modifiers: readonly string[];
  readonly values: readonly ItemValue[];
  /** Whether the values are in a list. */
  readonly listed: boolean;
  readonly key: Offsets;
  /** Number of the map it is in; the items of one map must all match. */
  readonly map: number;
}

/** The place of a modifier inside the key of its item. */
export function modifierSpan(item: Item, index: number, text: string): Offsets {
  const source = text.slice(item.key[0], item.key[1]);
  let at = -1;
  for (let bar = 0; bar <= index; bar++) at = source.indexOf("|", at + 1);
  const start = item.key[0] + at + 1;
  return at < 0 ? item.key : [start, start + (item.modifiers[index]?.length ?? 0)];
}

/** Whether an item has a modifier. */
export function has(item: Item, ...modifiers: string[]): boolean {
  return modifiers.some((modifier) => item.modifiers.includes(modifier));
}

/** The values of an item that are strings. */
export function strings(item: Item): (ItemValue & { value: string })[] {
  return item.values.filter((value): value is ItemValue & { value: string } =>
    typeof value.value === "string"
  );
}

/**
 * Returns the items of one search identifier.
 *
 * @param identifier The search identifier.
 */
export function readItems(identifier: Entry): Item[] {
  const found: Item[] = [];
  let maps = 0;

  function add(entry: Entry, name: string, within: readonly string[], map: number): void {
    const [field = "", ...modifiers] = name.split("|");
    const { value } = entry;
    const items = itemsOf(value);
    found.push({
      identifier: identifier.key,
      field: field === "" ? undefined : field,
      within,
      modifiers,
      values: valuesOf(items ?? [value]),
      listed: items !== undefined,
      key: placeOf(entry.keyNode),
      map,
    });
  }

  function readMap(map: YamlMap, within: readonly string[]): void {
    const number = maps++;
    for (const entry of map.entries) {
      if (entry.value?.kind !== "map") add(entry, entry.key, within, number);
      else if (within.length < 16) {
        readMap(entry.value, [...within, entry.key.split("|")[0] ?? ""]);
      }
    }
  }

  const { value } = identifier;
  if (value?.kind === "map") readMap(value, []);
  else if (value?.kind === "scalar") add(identifier, "", [], maps++);
  else if (value?.kind === "list") {
    for (const item of value.items) {
      if (item?.kind === "map") readMap(item, []);
    }
    // The scalars between the maps of the list are one item of keywords.
    if (value.items.some((item) => item?.kind === "scalar")) add(identifier, "", [], maps++);
  }
  return found;
}

function valuesOf(nodes: readonly (YamlNode | null)[]): ItemValue[] {
  return nodes.flatMap((node) => {
    if (node?.kind !== "scalar") return [];
    const { value, style, text } = node;
    return [{ value, at: placeOf(node), style, source: text }];
  });
}

/**
 * Detection items with the places of their parts.
 *
 * @module
 */
import { aliasTarget } from "./alias_target.ts";
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { Offsets } from "../parse/source.ts";
import type { Entry } from "./entry.ts";

/** One value of an item. */
export interface ItemValue {
  readonly value: unknown;
  readonly at: Offsets;
  /** How it stands in the file: `PLAIN`, `QUOTE_SINGLE`, `QUOTE_DOUBLE`, a block, … */
  readonly style: string | undefined;
  /** The scalar as written, quotes included. */
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
  /** Whether the values stand in a list. */
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

/** Returns the items of one search identifier.
 *
 * @param entry The search identifier.
 * @param document The YAML document, to resolve aliases.
 */
export function readItems(entry: Entry, document: Document): Item[] {
  const items: Item[] = [];
  let maps = 0;
  // Maps of aliases to maps of aliases would otherwise grow without end.
  let aliases = 1000;

  function valueOf(scalar: Scalar, at: Node): ItemValue {
    const range = at.range ?? [0, 0];
    return {
      value: scalar.value,
      at: [range[0], range[1]],
      style: scalar.type ?? undefined,
      source: scalar.source ?? String(scalar.value),
    };
  }

  function resolve(node: unknown): unknown {
    if (!isAlias(node)) return node;
    return aliases-- > 0 ? aliasTarget(node, document) : undefined;
  }

  function scalarsOf(nodes: readonly unknown[]): ItemValue[] {
    return nodes.flatMap((node) => {
      const scalar = resolve(node);
      return isScalar(scalar) ? [valueOf(scalar, node as Node)] : [];
    });
  }

  function add(
    key: { name: string; at: Offsets } | undefined,
    value: unknown,
    within: readonly string[],
    map: number,
  ) {
    const [field = "", ...modifiers] = key?.name.split("|") ?? [];
    const target = resolve(value);
    // An alias may point to a map around it; the parser refuses that, and this stops before it.
    if (isMap(target) && key) {
      return within.length < 16 ? readMap(target, [...within, field]) : undefined;
    }
    items.push({
      identifier: entry.name,
      field: key && field !== "" ? field : undefined,
      within,
      modifiers,
      values: isSeq(target) ? scalarsOf(target.items) : scalarsOf([value]),
      listed: isSeq(target),
      key: key?.at ?? entry.key,
      map,
    });
  }

  function readMap(map: Node, within: readonly string[]) {
    if (!isMap(map)) return;
    const number = maps++;
    for (const pair of map.items) {
      if (!isScalar(pair.key)) continue;
      const [start, end] = pair.key.range ?? entry.key;
      add({ name: String(pair.key.value), at: [start, end] }, pair.value, within, number);
    }
  }

  const body = resolve(entry.node);
  if (isMap(body)) readMap(body, []);
  else if (isSeq(body)) {
    const keywords = body.items.filter((node) => isScalar(resolve(node)));
    for (const node of body.items) {
      const map = resolve(node);
      if (isMap(map)) readMap(map, []);
    }
    if (keywords.length > 0) {
      items.push({
        identifier: entry.name,
        field: undefined,
        within: [],
        modifiers: [],
        values: scalarsOf(keywords),
        listed: true,
        key: entry.key,
        map: maps++,
      });
    }
  } else if (isScalar(body)) add(undefined, entry.node, [], maps++);
  return items;
}

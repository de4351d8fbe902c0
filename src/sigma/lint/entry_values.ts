/**
 * The value of a metadata key, as the checks want it: nothing is assumed of its type.
 *
 * @module
 */
import { isMap, isSeq, type Node } from "yaml";
import type { Offsets } from "../parse/source.ts";
import { type Entry, spanOf } from "./lint_document.ts";

/** A member of a list, with its place. */
export interface Member<T> {
  readonly data: T;
  readonly at: Offsets;
}

/** The value of an entry when it is a text. */
export function textOf(entry: Entry | undefined): string | undefined {
  return typeof entry?.data === "string" ? entry.data : undefined;
}

/** The members of an entry when it is a list; none otherwise. */
export function listOf(entry: Entry | undefined): Member<unknown>[] {
  if (!entry || !isSeq(entry.node) || !Array.isArray(entry.data)) return [];
  const nodes = entry.node.items as Node[];
  return entry.data.map((data, index) => ({ data, at: spanOf(nodes[index], entry.key) }));
}

/** The members of a list that are maps. */
export function mapsOf(entry: Entry | undefined): Member<Record<string, unknown>>[] {
  return listOf(entry).filter((member): member is Member<Record<string, unknown>> =>
    typeof member.data === "object" && member.data !== null && !Array.isArray(member.data)
  ).map((member) => member);
}

/** The place of a key's value inside the map that is a member of a list, or of the whole map. */
export function placeIn(entry: Entry | undefined, index: number, key: string): Offsets {
  const map = isSeq(entry?.node) ? entry.node.items[index] : undefined;
  const value = isMap(map) ? map.get(key, true) as Node | undefined : undefined;
  return spanOf(value, spanOf(map as Node | undefined, entry?.key));
}

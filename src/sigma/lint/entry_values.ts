/**
 * The value of a metadata key, as the checks want it: nothing is assumed of its type.
 *
 * @module
 */
import { isSeq, type Node } from "yaml";
import type { Offsets } from "../parse/source.ts";
import type { Entry } from "./entry.ts";
import { spanOf } from "./lint_document.ts";

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
  );
}

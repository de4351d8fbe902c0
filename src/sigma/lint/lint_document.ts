/**
 * A document as the checks see it: the parts of its YAML tree by their role in Sigma.
 *
 * @module
 */
import type { ParsedDocument } from "../parse/parse_file.ts";
import type { Source } from "../parse/source.ts";
import {
  entriesOf,
  type Entry,
  itemsOf,
  type Offsets,
  placeOf,
  plainOf,
  type YamlMap,
  type YamlNode,
} from "../parse/yaml_tree.ts";
import type { JsonValue, SigmaCorrelation, SigmaRule } from "../sigma_rule.ts";
import { type Item, readItems } from "./item.ts";

/** A condition: its text and its place. */
export interface ConditionText {
  readonly text: string;
  readonly at: Offsets;
  /** Whether offsets in `text` are offsets in the file (no quoting, folding or escapes). */
  readonly exact: boolean;
}

/** One YAML document of a rule file. */
export interface LintDocument {
  readonly kind: "rule" | "filter" | "correlation";
  readonly file: string | undefined;
  readonly text: string;
  /** Its place among the documents of the file, from 0. */
  readonly number: number;
  /** Where the document as a whole is reported: its title, or its first key. */
  readonly head: Offsets;
  readonly root: YamlMap;
  /** The rule, if it has no error. */
  readonly rule: SigmaRule | undefined;
  /** The correlation, if it has no error of its own. */
  readonly correlation: SigmaCorrelation | undefined;
  /** The entries at the top. */
  readonly top: ReadonlyMap<string, Entry>;
  /** The search identifiers, in order. */
  readonly identifiers: ReadonlyMap<string, Entry>;
  readonly items: readonly Item[];
  readonly conditions: readonly ConditionText[];
}

/** A value with its place; nothing is assumed of its type. */
export interface Member<T> {
  readonly data: T;
  readonly at: Offsets;
}

/**
 * Reads one document of a parsed file; `undefined` if it is nothing that checks apply to.
 *
 * @param parsed The document; it may have errors.
 * @param source The file.
 * @param number Its place among the documents of the file, from 0.
 */
export function lintDocument(
  { root, kind, rule, correlation }: ParsedDocument,
  { text, file }: Source,
  number: number,
): LintDocument | undefined {
  if (kind === "unknown") return undefined;
  const top = byKey(root);
  const identifiers = byKey(top.get(kind === "filter" ? "filter" : "detection")?.value);
  const condition = identifiers.get("condition");
  identifiers.delete("condition");
  identifiers.delete("timeframe");
  if (kind === "filter") identifiers.delete("rules");
  const head = top.get("title") ?? root.entries[0];
  return {
    kind,
    file,
    text,
    number,
    head: head ? placeOf(head.keyNode) : [0, 0],
    root,
    rule,
    correlation,
    top,
    identifiers,
    items: [...identifiers.values()].flatMap(readItems),
    conditions: conditionsOf(condition?.value, text),
  };
}

/** The string of an entry, with its place; undefined if it is something else. */
export function textOf(entry: Entry | undefined): Member<string> | undefined {
  if (entry?.value?.kind !== "scalar" || typeof entry.value.value !== "string") return undefined;
  return { data: entry.value.value, at: placeOf(entry.value) };
}

/** The members of an entry if it is a list; none otherwise. */
export function listOf(entry: Entry | undefined): Member<JsonValue>[] {
  if (!entry) return [];
  const items = itemsOf(entry.value) ?? [];
  return items.map((item) => ({ data: plainOf(item), at: placeOf(item ?? entry.keyNode) }));
}

/** The members of a list that are maps. */
export function mapsOf(entry: Entry | undefined): Member<Record<string, JsonValue>>[] {
  return listOf(entry).filter((member): member is Member<Record<string, JsonValue>> =>
    typeof member.data === "object" && member.data !== null && !Array.isArray(member.data)
  );
}

function byKey(node: YamlNode | null | undefined): Map<string, Entry> {
  return new Map(entriesOf(node)?.map((entry) => [entry.key, entry]));
}

function conditionsOf(value: YamlNode | null | undefined, text: string): ConditionText[] {
  return (itemsOf(value) ?? [value ?? null]).flatMap((node) => {
    if (node?.kind !== "scalar" || typeof node.value !== "string") return [];
    const [start, end] = placeOf(node);
    const raw = text.slice(start, end);
    if (raw === node.value) return [{ text: node.value, at: [start, end], exact: true }];
    const quoted = raw.slice(1, -1) === node.value;
    const at = quoted ? [start + 1, end - 1] as const : [start, end] as const;
    return [{ text: node.value, at, exact: quoted }];
  });
}

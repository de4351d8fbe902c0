/**
 * A rule file's document as the checks see it: values with their places in the text.
 *
 * @module
 */
import {
  type Document,
  isMap,
  isScalar,
  type Node,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import type { SigmaRule } from "../sigma_rule.ts";
import type { Entry } from "./entry.ts";
import { type Item, readItems } from "./item.ts";
import type { ParsedDocument } from "../parse/parse_file.ts";
import type { Offsets, Source } from "../parse/source.ts";

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
  /** Where the document as a whole is reported: its title, or its first key. */
  readonly head: Offsets;
  readonly root: YAMLMap;
  /** The rule, when it has no error. */
  readonly rule: SigmaRule | undefined;
  readonly top: ReadonlyMap<string, Entry>;
  /** The search identifiers, in order. */
  readonly identifiers: ReadonlyMap<string, Entry>;
  readonly items: readonly Item[];
  readonly conditions: readonly ConditionText[];
}

/** The span of a node, without the spaces and comments after it. */
export function spanOf(node: Node | null | undefined, fallback: Offsets = [0, 0]): Offsets {
  return node?.range ? [node.range[0], node.range[1]] : fallback;
}

/** A node as plain data; what cannot be (aliases without end, or in a circle) is as good as absent here. */
function dataOf(node: Node | null, document: Document): unknown {
  if (node === null) return null;
  try {
    const data = node.toJS(document) ?? null;
    if (hasAlias(node)) JSON.stringify(data); // throws where an alias stands inside its own anchor
    return data;
  } catch {
    return undefined;
  }
}

function hasAlias(node: Node): boolean {
  let found = false;
  visit(node, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** Returns the entries of a map; keys that are not scalars are left out.
 *
 * @param map The map.
 * @param document The document it is in, to resolve aliases.
 */
export function entriesOf(map: YAMLMap, document: Document): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    if (!isScalar(pair.key)) continue;
    const key = spanOf(pair.key);
    entries.set(String(pair.key.value), {
      name: String(pair.key.value),
      key,
      value: spanOf(pair.value, key),
      data: dataOf(pair.value, document),
      node: pair.value,
    });
  }
  return entries;
}

function conditionsOf(value: Node | null | undefined, text: string): ConditionText[] {
  if (!value) return [];
  if (isScalar(value)) return typeof value.value === "string" ? [conditionText(value, text)] : [];
  if (!("items" in value)) return [];
  return (value.items as Node[]).filter(isScalar)
    .filter((scalar) => typeof scalar.value === "string")
    .map((scalar) => conditionText(scalar, text));
}

function conditionText(scalar: Scalar, text: string): ConditionText {
  const [start, end] = spanOf(scalar);
  const raw = text.slice(start, end);
  const value = String(scalar.value);
  if (raw === value) return { text: value, at: [start, end], exact: true };
  const quoted = raw.slice(1, -1) === value;
  return { text: value, at: quoted ? [start + 1, end - 1] : [start, end], exact: quoted };
}

/** Reads one document of a parsed file; `undefined` when it is nothing that checks know.
 *
 * @param parsed The document; it may have errors.
 * @param source The file.
 */
export function lintDocument(
  { document, kind, rule }: ParsedDocument,
  { text, file }: Source,
): LintDocument | undefined {
  const root = document.contents as unknown;
  if (!isMap(root) || kind === "unknown") return undefined;
  const top = entriesOf(root, document);
  const body = top.get(kind === "filter" ? "filter" : "detection")?.node;
  const identifiers = isMap(body) ? entriesOf(body, document) : new Map<string, Entry>();
  const condition = identifiers.get("condition");
  identifiers.delete("condition");
  identifiers.delete("timeframe");
  if (kind === "filter") identifiers.delete("rules");
  return {
    kind,
    file,
    text,
    head: top.get("title")?.key ?? [...top.values()][0]?.key ?? [0, 0],
    root,
    rule,
    top,
    identifiers,
    items: [...identifiers.values()].flatMap((entry) => readItems(entry, document)),
    conditions: conditionsOf(condition?.node, text),
  };
}

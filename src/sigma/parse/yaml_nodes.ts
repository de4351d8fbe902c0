import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { JsonValue } from "../sigma_rule.ts";
import type { Source } from "./source.ts";

/** One entry of a map, with the key as text. */
export interface Entry {
  /** The key as text. */
  key: string;
  /** The key's node. */
  keyNode: Scalar;
  /** The value's node; null when nothing was written. */
  value: Node | null;
}

/** Collections inside one another beyond this are refused, so that no file exhausts the stack. */
export const DEEPEST_YAML = 64;

/** How many nodes aliases may add to one document. */
const MOST_ALIASED = 1_000;

/** Reads the YAML tree of one document: aliases followed, duplicate keys reported, depth bounded. */
export class YamlReader {
  /** Where problems go. */
  readonly source: Source;
  readonly #document: Document;
  #followed = 0;

  /** @param source The file. @param document One document of it. */
  constructor(source: Source, document: Document) {
    this.source = source;
    this.#document = document;
  }

  /** The node itself, or what it is an alias of. */
  follow(node: unknown): Node | null {
    if (!isAlias(node)) return (node ?? null) as Node | null;
    if (this.#followed > MOST_ALIASED) return null;
    if (++this.#followed > MOST_ALIASED) {
      this.source.report("yaml-alias", `More than ${MOST_ALIASED} uses of aliases`, node);
      return null;
    }
    const target = node.resolve(this.#document);
    if (!target) this.source.report("yaml-alias", `Unknown alias '*${node.source}'`, node);
    return target ?? null;
  }

  /** The entries of a map; undefined when the node is something else. Keys that are not scalars are reported. */
  entries(node: Node | null): Entry[] | undefined {
    if (!isMap(node)) return undefined;
    const entries: Entry[] = [];
    for (const pair of node.items) {
      const keyNode = this.follow(pair.key);
      if (!isScalar(keyNode)) {
        this.source.report("yaml-syntax", "A key has to be a plain text", keyNode ?? node);
        continue;
      }
      entries.push({ key: textOf(keyNode), keyNode, value: this.follow(pair.value) });
    }
    return entries;
  }

  /** The items of a list; undefined when the node is something else. */
  items(node: Node | null): (Node | null)[] | undefined {
    return isSeq(node) ? node.items.map((item) => this.follow(item)) : undefined;
  }

  /** Plain JSON data; what is not JSON is reported and becomes null. */
  plain(node: Node | null, depth = 0): JsonValue {
    if (depth > DEEPEST_YAML) {
      this.source.report("yaml-too-deep", `Nested deeper than ${DEEPEST_YAML} levels`, node);
      return null;
    }
    const entries = this.entries(node);
    if (entries) {
      return Object.fromEntries(
        entries.map(({ key, value }) => [key, this.plain(value, depth + 1)]),
      );
    }
    const items = this.items(node);
    if (items) return items.map((item) => this.plain(item, depth + 1));
    return isScalar(node) ? scalarValue(node) ?? null : null;
  }

  /** Reports keys that stand twice in one map, anywhere in the document. */
  checkKeys(node: unknown, depth = 0): void {
    if (depth > DEEPEST_YAML) {
      this.source.report(
        "yaml-too-deep",
        `Nested deeper than ${DEEPEST_YAML} levels`,
        node as Node,
      );
      return;
    }
    if (isSeq(node)) { for (const item of node.items) this.checkKeys(item, depth + 1); }
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      this.checkKeys(value, depth + 1);
      if (!isScalar(key)) continue;
      const text = textOf(key);
      if (seen.has(text)) {
        this.source.report("yaml-duplicate-key", `The key '${text}' stands twice in this map`, key);
      }
      seen.add(text);
    }
  }
}

/** A scalar as text; an empty key is the empty text. */
export function textOf(node: Scalar): string {
  const { value } = node;
  return typeof value === "string" ? value : node.source ?? String(value ?? "");
}

/**
 * A scalar as JSON value. An integer that a double cannot hold stays the text that was written.
 *
 * @param node A scalar.
 * @returns undefined for what JSON does not have, such as binary data.
 */
export function scalarValue(node: Scalar): string | number | boolean | null | undefined {
  const { value } = node;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return node.source ?? String(value);
    const isLossy = Number.isInteger(value) && !Number.isSafeInteger(value);
    return isLossy && /^[-+]?\d+$/.test(node.source ?? "") ? node.source! : value;
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : undefined;
}

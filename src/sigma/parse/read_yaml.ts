import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { ProblemCode } from "../problem.ts";
import type { Source } from "./source.ts";
import {
  type Entry,
  MAX_COPIED,
  MAX_YAML_DEPTH,
  type Offsets,
  placeOf,
  type ScalarStyle,
  type YamlNode,
  type YamlScalar,
} from "./yaml_tree.ts";

/** One document of a file. */
export interface YamlDocument {
  /** Its content; null when it is empty. */
  root: YamlNode | null;
  /** Whether reading it found errors. */
  broken: boolean;
}

/** How many aliases are followed in one document. */
const MAX_ALIASED = 1_000;

/**
 * How deep the YAML package may have to go. It takes time that grows with the square of the depth,
 * and recurses; our own limit is far lower, but it names the place.
 */
const MAX_PACKAGE_DEPTH = 8 * MAX_YAML_DEPTH;

/**
 * Reads the documents of a file, without those that have syntax errors; problems go to the source.
 *
 * This is the only place that sees nodes of the YAML package; docs/adr/0002 says why there is no
 * faster reader.
 *
 * @param source The file.
 * @returns The documents.
 */
export function readYaml(source: Source): YamlDocument[] {
  return packageDocuments(source).filter((document) => checkSyntax(document, source))
    .flatMap((document): YamlDocument[] => {
      const reader = new TreeReader(source);
      const before = source.problems.length;
      const content = reader.read(document.contents as Node | null);
      const broken = source.problems.length > before;
      return reader.gaveUp ? [] : [{ root: content, broken }];
    });
}

/** A file nested too deeply is a problem, not a stack overflow. */
function packageDocuments(source: Source): Document[] {
  const composer = new Composer({ uniqueKeys: false, logLevel: "silent" });
  try {
    return [...composer.compose(tokensOf(source.text))];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    source.report("yaml-too-deep", "The file is nested too deeply", null);
    return [];
  }
}

/**
 * The tokens that the package composes documents of.
 *
 * @throws {RangeError} Before the nesting becomes so deep that the package would be slow.
 */
function* tokensOf(text: string): ReturnType<Parser["parse"]> {
  const parser = new Parser();
  let brackets = 0;
  let dashes = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets--;
    else if (token === "-" || token === "?") dashes++;
    else if (token === "\n") dashes = 0;
    if (brackets > MAX_PACKAGE_DEPTH || dashes > MAX_PACKAGE_DEPTH) {
      throw new RangeError("Nested too deeply");
    }
    yield* parser.next(token);
  }
  yield* parser.end();
}

function checkSyntax(document: Document, source: Source): boolean {
  for (const { message, pos } of document.errors) {
    source.report("yaml-syntax", firstLine(message), pos);
  }
  for (const { message, pos } of document.warnings) {
    source.report("yaml-syntax", firstLine(message), pos, undefined, "warning");
  }
  return document.errors.length === 0;
}

function firstLine(message: string): string {
  return message.split("\n")[0]!.replace(/[.:]$/, "")
    .replace(/^Missing closing (["'])quote$/, "The closing $1 is missing");
}

/** Turns nodes of the package into ours: follows aliases, reports duplicate keys, limits depth. */
class TreeReader {
  /** Whether reading stopped because the document is nested too deeply or repeats too much. */
  gaveUp = false;
  readonly #source: Source;
  /** The last node with each anchor; aliases look back, so reading in order is enough. */
  readonly #anchors = new Map<string, Node>();
  #followed = 0;
  /** How many aliases are being followed now. */
  #inAliases = 0;
  #copied = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  read(node: Node | null, depth = 0): YamlNode | null {
    if (this.gaveUp) return null;
    if (depth > MAX_YAML_DEPTH) {
      const message = `Nested deeper than ${MAX_YAML_DEPTH} levels`;
      return this.#giveUp("yaml-too-deep", message, node);
    }
    if (isAlias(node)) {
      const target = this.#follow(node);
      this.#inAliases++;
      const found = this.read(target, depth);
      this.#inAliases--;
      return found && { ...found, alias: spanOf(node) };
    }
    if (this.#inAliases > 0 && ++this.#copied > MAX_COPIED) {
      const message = `The aliases repeat more than ${MAX_COPIED} values`;
      return this.#giveUp("yaml-alias", message, node);
    }
    if (node && "anchor" in node && node.anchor) this.#anchors.set(node.anchor, node);
    const [start, end] = spanOf(node);
    if (isScalar(node)) return scalarOf(node, start, end);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node | null, depth + 1));
      return { kind: "list", items, start, end: endOf(node, items.at(-1)) };
    }
    if (!isMap(node)) return null;
    const entries = new Map<string, Entry>();
    const merged: Entry[][] = [];
    let merges = 0;
    for (const { key, value } of node.items) {
      const keyNode = this.read(key as Node | null, depth + 1);
      if (this.gaveUp) break;
      if (keyNode?.kind !== "scalar") {
        const place = keyNode ?? [start, end] as const;
        this.#source.report("yaml-syntax", "A key must be a string", place);
        continue;
      }
      const isMerge = keyNode.text === "<<" && keyNode.style === "plain";
      if (isMerge ? merges++ > 0 : entries.has(keyNode.text)) {
        const message = `Duplicate key '${keyNode.text}' in this map`;
        this.#source.report("yaml-duplicate-key", message, keyNode);
      }
      const content = this.read(value as Node | null, depth + 1);
      if (this.gaveUp) break;
      if (isMerge) merged.push(this.#mergedEntries(keyNode, content));
      else entries.set(keyNode.text, { key: keyNode.text, keyNode, value: content });
    }
    // What the map itself says comes before what it merges; so does what it merges first.
    for (const entry of merged.flat()) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    const all = [...entries.values()];
    const last = all.at(-1);
    return { kind: "map", entries: all, start, end: endOf(node, last?.value ?? last?.keyNode) };
  }

  #giveUp(code: ProblemCode, message: string, node: Node | null): null {
    this.gaveUp = true;
    this.#source.report(code, message, spanOf(node));
    return null;
  }

  /** What a merge key `<<` of YAML 1.1 brings; Sigma rules use it, and so do the tools for them. */
  #mergedEntries(key: YamlScalar, content: YamlNode | null): Entry[] {
    const maps = content?.kind === "list" ? content.items : [content];
    return maps.flatMap((map) => {
      if (map?.kind === "map") return map.entries;
      const message = "The merge key '<<' takes a map or a list of maps";
      this.#source.report("yaml-syntax", message, map ?? key);
      return [];
    });
  }

  /** The node that an alias stands for. */
  #follow(alias: Alias): Node | null {
    if (this.#followed > MAX_ALIASED) return null;
    if (++this.#followed > MAX_ALIASED) {
      const message = `More than ${MAX_ALIASED} aliases are used`;
      this.#source.report("yaml-alias", message, spanOf(alias));
      return null;
    }
    const target = this.#anchors.get(alias.source);
    if (!target) {
      this.#source.report("yaml-alias", `Unknown alias '*${alias.source}'`, spanOf(alias));
    }
    return target ?? null;
  }
}

function spanOf(node: Node | null): Offsets {
  return node?.range ? [node.range[0], node.range[1]] : [0, 0];
}

/** The package lets a block end where the next line begins; here it ends with what it holds. */
function endOf(collection: YAMLMap | YAMLSeq, last: YamlNode | null | undefined): number {
  return last && !collection.flow ? placeOf(last)[1] : spanOf(collection)[1];
}

const STYLES: Readonly<Record<Scalar.Type, ScalarStyle>> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single-quoted",
  QUOTE_DOUBLE: "double-quoted",
  BLOCK_LITERAL: "block",
  BLOCK_FOLDED: "block",
};

function scalarOf({ value, source, type }: Scalar, start: number, end: number): YamlScalar {
  const style = STYLES[type ?? "PLAIN"];
  const text = typeof value === "string" ? value : source ?? String(value ?? "");
  const isPlain = typeof value === "string" || typeof value === "boolean" || value === null;
  if (isPlain) return { kind: "scalar", value, text, style, start, end };
  if (typeof value !== "number") {
    return { kind: "scalar", value: undefined, text, style, start, end };
  }
  const isLossy = Number.isInteger(value) && !Number.isSafeInteger(value) &&
    /^[-+]?\d+$/.test(text);
  const isNumber = Number.isFinite(value) && !isLossy;
  return { kind: "scalar", value: isNumber ? value : text, text, style, start, end };
}

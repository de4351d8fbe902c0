import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments } from "yaml";
import { quickYaml } from "./quick_yaml.ts";
import type { Source } from "./source.ts";
import { DEEPEST_YAML, type Entry, type YamlNode, type YamlScalar } from "./yaml_tree.ts";

/** One document of a file. */
export interface YamlDocument {
  /** Its content; null when it is empty. */
  root: YamlNode | null;
  /** Whether reading it found errors. */
  broken: boolean;
  /** The document of the YAML package, made at the first need: only lint looks at it. */
  document: () => Document;
}

/** How many nodes aliases may add to one document. */
const MOST_ALIASED = 1_000;

/**
 * Reads the documents of a file; problems go to the source, and documents with syntax errors are left out.
 *
 * Most rule files keep to a small part of YAML, which a reader of our own gets through several times
 * faster; everything else, and whatever that reader has doubts about, goes to the YAML package.
 *
 * @param source The file.
 * @returns The documents.
 */
export function readYaml(source: Source): YamlDocument[] {
  const root = quickYaml(source.text);
  if (root) {
    let made: Document | undefined;
    return [{ root, broken: false, document: () => made ??= packageDocuments(source)[0]! }];
  }
  return packageDocuments(source).filter((document) => checkSyntax(document, source))
    .flatMap((document): YamlDocument[] => {
      const reader = new TreeReader(source);
      const before = source.problems.length;
      const content = reader.read(document.contents as Node | null);
      const broken = source.problems.length > before;
      return reader.tooDeep ? [] : [{ root: content, broken, document: () => document }];
    });
}

/** The YAML package recurses: too deep a text ends as a problem, not as a stack overflow. */
function packageDocuments(source: Source): Document[] {
  try {
    const documents = parseAllDocuments(source.text, {
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: "silent",
    });
    return Array.isArray(documents) ? documents as Document[] : [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    source.report("yaml-too-deep", "The file nests too deep to be read", null);
    return [];
  }
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

/** Turns the nodes of the package into ours: aliases followed, repeated keys reported, depth bounded. */
class TreeReader {
  /** Whether the document was given up because of its depth. */
  tooDeep = false;
  readonly #source: Source;
  /** What stood under each anchor last; aliases look back, so reading in order is enough. */
  readonly #anchors = new Map<string, Node>();
  #followed = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  read(node: Node | null, depth = 0): YamlNode | null {
    if (depth > DEEPEST_YAML) {
      if (!this.tooDeep) {
        const message = `Nested deeper than ${DEEPEST_YAML} levels`;
        this.#source.report("yaml-too-deep", message, spanOf(node));
      }
      this.tooDeep = true;
      return null;
    }
    const target = this.#follow(node);
    if (target && "anchor" in target && target.anchor) this.#anchors.set(target.anchor, target);
    const [start, end] = spanOf(target);
    if (isScalar(target)) return scalarOf(target, start, end);
    if (isSeq(target)) {
      const items = target.items.map((item) => this.read(item as Node | null, depth + 1));
      return { kind: "list", items, start, end };
    }
    if (!isMap(target)) return null;
    const entries = new Map<string, Entry>();
    for (const { key, value } of target.items) {
      const keyNode = this.read(key as Node | null, depth + 1);
      if (keyNode?.kind !== "scalar") {
        const place = keyNode ?? [start, end] as const;
        this.#source.report("yaml-syntax", "A key has to be a plain text", place);
        continue;
      }
      if (entries.has(keyNode.text)) {
        const message = `The key '${keyNode.text}' stands twice in this map`;
        this.#source.report("yaml-duplicate-key", message, keyNode);
      }
      const content = this.read(value as Node | null, depth + 1);
      entries.set(keyNode.text, { key: keyNode.text, keyNode, value: content });
    }
    return { kind: "map", entries: [...entries.values()], start, end };
  }

  #follow(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    if (this.#followed > MOST_ALIASED) return null;
    if (++this.#followed > MOST_ALIASED) {
      const message = `More than ${MOST_ALIASED} uses of aliases`;
      this.#source.report("yaml-alias", message, spanOf(node));
      return null;
    }
    const target = this.#anchors.get(node.source);
    if (!target) {
      this.#source.report("yaml-alias", `Unknown alias '*${node.source}'`, spanOf(node));
    }
    return target ?? null;
  }
}

function spanOf(node: Node | null): [start: number, end: number] {
  return node?.range ? [node.range[0], node.range[1]] : [0, 0];
}

function scalarOf(
  { value, source }: { value: unknown; source?: string },
  start: number,
  end: number,
): YamlScalar {
  const text = typeof value === "string" ? value : source ?? String(value ?? "");
  const isPlain = typeof value === "string" || typeof value === "boolean" || value === null;
  if (isPlain) return { kind: "scalar", value, text, start, end };
  if (typeof value !== "number") return { kind: "scalar", value: undefined, text, start, end };
  const isLossy = Number.isInteger(value) && !Number.isSafeInteger(value) &&
    /^[-+]?\d+$/.test(text);
  const isNumber = Number.isFinite(value) && !isLossy;
  return { kind: "scalar", value: isNumber ? value : text, text, start, end };
}

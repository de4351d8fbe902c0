import { closest } from "../closest.ts";
import type { Problem } from "../problem.ts";
import type { SigmaFilter, SigmaRule } from "../sigma_rule.ts";
import { parseDocument } from "./parse_document.ts";
import { readYaml } from "./read_yaml.ts";
import { Source } from "./source.ts";
import type { YamlMap, YamlNode } from "./yaml_tree.ts";

/** What a document turned out to be. */
export type DocumentKind = "rule" | "filter" | "correlation" | "unknown";

/** One document of a file, with its YAML tree, for layers that look closer than the engine does. */
export interface ParsedDocument {
  /** Its content. */
  root: YamlMap;
  /** What it is. */
  kind: DocumentKind;
  /** The rule, when it has no error. */
  rule?: SigmaRule;
  /** The filter, when it has no error. */
  filter?: SigmaFilter;
}

/** One parsed file. The public door is {@linkcode parseSigma}; this is what lint works on. */
export interface ParsedFile {
  /** The text, and places to lines and columns. */
  source: Source;
  /** The documents in their order; documents with broken YAML are left out. */
  documents: ParsedDocument[];
  /** Everything wrong in the file; the same list as `source.problems`. */
  problems: Problem[];
}

/** Rules are small; a file above this is something else, and would only cost time. */
const LARGEST_FILE = 4 * 1024 * 1024;

/** What decides the kind of a document. */
const KINDS: readonly DocumentKind[] = ["correlation", "filter"];

/**
 * Parses every document of a file, with all problems of all of them.
 *
 * @param text The YAML text.
 * @param options `file` names it in problems.
 * @returns The documents with their trees and places.
 */
export function parseFile(text: string, options: { file?: string } = {}): ParsedFile {
  const source = new Source(text, options.file);
  const file: ParsedFile = { source, documents: [], problems: source.problems };
  if (text.length > LARGEST_FILE) {
    const message = `The file is larger than ${LARGEST_FILE} characters`;
    source.report("document-too-large", message, null);
    return file;
  }
  for (const { root, broken } of readYaml(source)) {
    if (root === null || isNothing(root)) continue;
    if (root.kind !== "map") {
      const message = /[\0\ufffd]/.test(text)
        ? "The file is not a text in UTF-8"
        : "A Sigma document has to be a map";
      source.report("document-kind", message, root);
      continue;
    }
    const before = source.problems.length;
    const kind = kindOf(root, source);
    const parsed = kind === "rule" || kind === "filter"
      ? parseDocument(kind, root, source, before)
      : undefined;
    file.documents.push({
      root,
      kind,
      ...(parsed?.kind === "rule" && !broken ? { rule: parsed } : {}),
      ...(parsed?.kind === "filter" && !broken ? { filter: parsed } : {}),
    });
  }
  if (file.documents.length === 0 && source.problems.length === 0) {
    source.report("document-kind", "The file holds no document", null);
  }
  return file;
}

function isNothing(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

function kindOf(root: YamlMap, source: Source): DocumentKind {
  const { entries } = root;
  const keys = entries.map(({ key }) => key);
  const action = entries.find(({ key }) => key === "action");
  if (
    action?.value?.kind === "scalar" && /^(global|reset|repeat)$/.test(action.value.text)
  ) {
    const message = "'action' documents are not part of Sigma 2: write each document in full";
    source.report("document-action", message, action.keyNode);
    return "unknown";
  }
  if (keys.includes("detection")) return "rule";
  const kind = KINDS.find((key) => keys.includes(key));
  if (kind === "correlation") {
    const entry = entries.find(({ key }) => key === "correlation")!;
    const message = "Correlation rules are not yet supported: this document was not loaded";
    source.report("document-correlation", message, entry.keyNode);
  }
  if (kind) return kind;
  const meant = keys.find((key) => closest(key, ["detection", "filter", "correlation"]));
  const message = "A Sigma document needs 'detection', 'filter' or 'correlation'";
  const place = entries.find(({ key }) => key === meant)?.keyNode ?? root;
  const known = meant && closest(meant, ["detection", "filter", "correlation"]);
  source.report("metadata-missing", message, place, known);
  return "unknown";
}

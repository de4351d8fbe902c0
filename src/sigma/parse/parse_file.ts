import { closest } from "../closest.ts";
import type { Problem } from "../problem.ts";
import type { SigmaFilter, SigmaRule } from "../sigma_rule.ts";
import { parseDocument } from "./parse_document.ts";
import { readYaml } from "./read_yaml.ts";
import { Source } from "./source.ts";
import type { YamlMap, YamlNode } from "./yaml_tree.ts";

/** What a document turned out to be. */
export type DocumentKind = "rule" | "filter" | "correlation" | "unknown";

/** One document of a file, with its YAML tree for lint, which looks closer than the engine. */
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

/** One parsed file. {@linkcode parseSigma} is the public function; this is what lint works on. */
export interface ParsedFile {
  /** The text, and places to lines and columns. */
  source: Source;
  /** The documents in their order; documents with broken YAML are left out. */
  documents: ParsedDocument[];
  /** Everything wrong in the file; the same list as `source.problems`. */
  problems: Problem[];
}

/** The maximum length of a file, in UTF-16 units; rules are small. */
const MAX_FILE_LENGTH = 4 * 1024 * 1024;

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
  if (text.length > MAX_FILE_LENGTH) {
    const message = `The file is larger than ${MAX_FILE_LENGTH} characters`;
    source.report("document-too-large", message, null);
    return file;
  }
  for (const { root, broken } of readYaml(source)) {
    if (root === null || isNothing(root)) continue;
    if (root.kind !== "map") {
      const message = /[\0\ufffd]/.test(text)
        ? "The file is not UTF-8 text"
        : "A Sigma document must be a map";
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
  const correlation = entries.find(({ key }) => key === "correlation");
  if (correlation) {
    const message = "Correlation rules are not supported yet: this document was not loaded";
    source.report("document-correlation", message, correlation.keyNode);
    return "correlation";
  }
  if (keys.includes("filter")) return "filter";
  const meant = keys.find((key) => closest(key, ["detection", "filter", "correlation"]));
  const message = "A Sigma document needs 'detection', 'filter' or 'correlation'";
  const place = entries.find(({ key }) => key === meant)?.keyNode ?? root;
  const known = meant && closest(meant, ["detection", "filter", "correlation"]);
  source.report("metadata-missing", message, place, known);
  return "unknown";
}

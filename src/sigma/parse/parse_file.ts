import { type Document, isScalar, parseAllDocuments } from "yaml";
import { closest } from "../closest.ts";
import type { Problem } from "../problem.ts";
import type { SigmaFilter, SigmaRule } from "../sigma_rule.ts";
import { Origins } from "./origins.ts";
import { type DocumentContext, parseDocument } from "./parse_document.ts";
import { Source } from "./source.ts";
import { type Entry, YamlReader } from "./yaml_nodes.ts";

/** What a document turned out to be. */
export type DocumentKind = "rule" | "filter" | "correlation" | "unknown";

/** One document of a file, with its YAML tree, for layers that look closer than the engine does. */
export interface ParsedDocument extends DocumentContext {
  /** The YAML document with its nodes and their offsets. */
  document: Document;
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
  for (const document of documentsOf(text, source)) {
    if (!checkSyntax(document, source)) continue;
    if (document.contents === null) continue;
    const reader = new YamlReader(source, document);
    const before = source.problems.length;
    reader.checkKeys(document.contents);
    if (source.problems.slice(before).some(({ code }) => code === "yaml-too-deep")) continue;
    const entries = reader.entries(reader.follow(document.contents));
    if (!entries) {
      source.report("document-kind", "A Sigma document has to be a map", document.contents);
      continue;
    }
    const origins = new Origins();
    const kind = kindOf(entries, source, document);
    const context = { reader, origins, entries };
    const parsed = kind === "rule" || kind === "filter"
      ? parseDocument(kind, context, before)
      : undefined;
    file.documents.push({
      ...context,
      document,
      kind,
      ...(parsed?.kind === "rule" ? { rule: parsed } : {}),
      ...(parsed?.kind === "filter" ? { filter: parsed } : {}),
    });
  }
  if (file.documents.length === 0 && source.problems.length === 0) {
    source.report("document-kind", "The file holds no document", null);
  }
  return file;
}

/** The parser of the YAML package recurses: too deep a text ends as a problem, not as a stack overflow. */
function documentsOf(text: string, source: Source): Document[] {
  try {
    const documents = parseAllDocuments(text, {
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
  return message.split("\n")[0]!.replace(/[.:]$/, "");
}

function kindOf(entries: readonly Entry[], source: Source, document: Document): DocumentKind {
  const keys = entries.map(({ key }) => key);
  const action = entries.find(({ key }) => key === "action");
  if (
    action && isScalar(action.value) && /^(global|reset|repeat)$/.test(String(action.value.value))
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
  const place = entries.find(({ key }) => key === meant)?.keyNode ?? document.contents;
  const known = meant && closest(meant, ["detection", "filter", "correlation"]);
  source.report("metadata-missing", message, place, known);
  return "unknown";
}

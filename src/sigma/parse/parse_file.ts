import { closest } from "../closest.ts";
import { markBaseRules } from "../mark_base_rules.ts";
import type { Problem } from "../problem.ts";
import type { SigmaCorrelation, SigmaFilter, SigmaRule } from "../sigma_rule.ts";
import { CollectionActions } from "./collection_actions.ts";
import { decodeText } from "./decode_text.ts";
import { parseDocument } from "./parse_document.ts";
import { readYaml } from "./read_yaml.ts";
import { Source } from "./source.ts";
import type { Entry, YamlMap, YamlNode } from "./yaml_tree.ts";

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
  /** The correlation, when it has no error of its own. */
  correlation?: SigmaCorrelation;
  /** The filter, when it has no error. */
  filter?: SigmaFilter;
}

/** How a file is parsed. */
export interface ParseOptions {
  /** The name that problems carry. */
  file?: string;
  /**
   * For those who publish rules: metadata that the specification does not allow, and whatever else
   * changes no decision, is an error and keeps the document from loading.
   */
  strict?: boolean;
  /**
   * The lists that `expand` puts in place of `%name%`. If they are given, a placeholder without a
   * list is an error at its place; otherwise, only `RuleSet` reports it.
   */
  placeholders?: Readonly<Record<string, readonly (string | number)[]>>;
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
 * @param content The YAML text, or its bytes.
 * @param options The name of the file, and the view of metadata.
 * @returns The documents with their trees and places.
 */
export function parseFile(content: string | Uint8Array, options: ParseOptions = {}): ParsedFile {
  const decoded = typeof content === "string" ? content : decodeText(content);
  const text = typeof decoded === "string" ? decoded : decoded.text;
  const source = new Source(text, options);
  const file: ParsedFile = { source, documents: [], problems: source.problems };
  const nul = text.indexOf("\0");
  if (typeof decoded !== "string") {
    const place = [decoded.at, decoded.at + 1] as const;
    source.report("yaml-encoding", decoded.message, place, "save the file as UTF-8");
    return file;
  }
  if (nul >= 0) {
    const message = "The file has a NUL character, which UTF-8 text does not have";
    source.report("yaml-encoding", message, [nul, nul + 1], "save the file as UTF-8");
    return file;
  }
  if (text.length > MAX_FILE_LENGTH) {
    const message = `The file is larger than ${MAX_FILE_LENGTH} characters`;
    source.report("document-too-large", message, null);
    return file;
  }
  const actions = new CollectionActions(source);
  for (const { root, broken } of readYaml(source)) {
    if (root === null || isNothing(root)) continue;
    if (root.kind !== "map") {
      source.report("document-kind", "A Sigma document must be a map", root);
      continue;
    }
    const before = source.problems.length;
    const complete = actions.complete(root);
    if (complete) {
      const kind = parsed(complete, source, { since: before, broken, ...options });
      file.documents.push({ root: complete, ...kind });
    }
  }
  actions.end();
  source.dropRepeated();
  markBaseRules(
    file.documents.flatMap(({ rule }) => rule ?? []),
    file.documents.flatMap(({ correlation }) => correlation ?? []),
  );
  if (file.documents.length === 0 && source.problems.length === 0) {
    source.report("document-kind", "The file holds no document", null);
  }
  return file;
}

function parsed(
  root: YamlMap,
  source: Source,
  { since, broken, placeholders }: { since: number; broken: boolean } & ParseOptions,
): Omit<ParsedDocument, "root"> {
  const kind = kindOf(root, source);
  if (kind === "unknown") return { kind };
  const document = parseDocument(kind, root, source, { since, placeholders });
  return broken || !document ? { kind } : { kind, [document.kind]: document };
}

function isNothing(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** The kind of a document by the field that holds its body. */
const BODIES: ReadonlyMap<string, DocumentKind> = new Map([
  ["detection", "rule"],
  ["correlation", "correlation"],
  ["filter", "filter"],
]);

function kindOf(root: YamlMap, source: Source): DocumentKind {
  const { entries } = root;
  const keys = entries.map(({ key }) => key);
  const bodies = entries.filter(({ key }) => BODIES.has(key));
  if (bodies.length > 1) {
    const [one, other] = bodies as [Entry, Entry];
    const message =
      `A document has either '${one.key}' or '${other.key}': separate them with '---'`;
    source.report("document-kind", message, other.keyNode);
  }
  const kind = BODIES.get(bodies[0]?.key ?? "");
  if (kind) return kind;
  const meant = keys.find((key) => closest(key, ["detection", "filter", "correlation"]));
  const message = "A Sigma document needs 'detection', 'filter' or 'correlation'";
  const place = entries.find(({ key }) => key === meant)?.keyNode ?? root;
  const known = meant && closest(meant, ["detection", "filter", "correlation"]);
  source.report("metadata-missing", message, place, known);
  return "unknown";
}

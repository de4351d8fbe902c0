import { closest } from "../closest.ts";
import type { ItemScope } from "../compile/work.ts";
import type {
  AlertMetadata,
  JsonValue,
  NamedDetection,
  ParsedCondition,
  SigmaCorrelation,
  SigmaFilter,
  SigmaMetadata,
  SigmaRule,
} from "../sigma_rule.ts";
import { METADATA, TAXONOMY } from "../vocabulary.ts";
import { checkHistory } from "./check_history.ts";
import { parseCorrelation } from "./parse_correlation.ts";
import { DetectionParser } from "./parse_detection.ts";
import { MetadataParser } from "./parse_metadata.ts";
import type { Source } from "./source.ts";
import { entriesOf, type Entry, plainOf, type YamlMap, type YamlScalar } from "./yaml_tree.ts";

/** Custom fields that Panoptes reads. */
const READ_FIELDS = ["tests", "suppress", "panoptes"];
/** Fields that are custom on purpose, so a near miss of a known field is not one of them. */
const OWN_FIELDS = new Set([
  ...READ_FIELDS,
  "logsource",
  "detection",
  "filter",
  "correlation",
]);

/** The custom fields among them, which are kept. */

/**
 * Turns a document into a rule, a correlation or a filter.
 *
 * @param kind What the document is.
 * @param root Its tree.
 * @param source The file, which collects the problems.
 * @param context How many problems the file had before this document, and the lists for `expand`
 *   if they are known.
 * @returns Nothing when the document has an error; the problems are in the source.
 */
export function parseDocument(
  kind: "rule" | "correlation" | "filter",
  { entries }: YamlMap,
  source: Source,
  { since, placeholders }: { since: number; placeholders: ItemScope["placeholders"] },
): SigmaRule | SigmaCorrelation | SigmaFilter | undefined {
  const known: Record<string, unknown> = {};
  const custom: [string, JsonValue][] = [];
  const metadata = new MetadataParser(source);
  const present = new Set(entries.map(({ key }) => key));
  const missing = [...METADATA.keys(), "logsource", "detection", "panoptes"]
    .filter((key) => !present.has(key));
  for (const entry of entries) {
    const facts = METADATA.get(entry.key);
    if (facts && !(kind === "filter" && facts.only === "rule")) {
      const value = metadata.read(facts, entry);
      if (value !== undefined) known[entry.key] = value;
    } else if (!OWN_FIELDS.has(entry.key) || READ_FIELDS.includes(entry.key)) {
      if (kind === "correlation" && entry.key === "generate") continue;
      noteNearMiss(entry, missing, source);
      if (entry.key === "panoptes") checkHistory(entry, kind, source);
      custom.push([entry.key, plainOf(entry.value)]);
    }
  }
  const find = (name: string) => entries.find(({ key }) => key === name);
  const place = entries[0]?.keyNode;
  const required = (name: string): Entry | undefined => {
    const entry = find(name);
    if (!entry) source.report("metadata-missing", `The field '${name}' is missing`, place);
    return entry;
  };
  required("title");
  known.taxonomy = taxonomyOf(find("taxonomy"), source);
  const broken = () => source.problems.slice(since).some(({ severity }) => severity === "error");
  if (kind === "correlation") {
    const section = parseCorrelation(find("correlation")!, find("generate"), source);
    if (broken() || !section) return undefined;
    return { kind, ...sharedPart(known, custom, source.file), ...alertPart(known), ...section };
  }
  const logsourceEntry = required("logsource");
  const logsource = logsourceEntry && metadata.logSource(logsourceEntry);
  const body = readBody(
    kind,
    find(kind === "rule" ? "detection" : "filter")!,
    source,
    placeholders,
  );
  if (broken() || !logsource || !body) return undefined;
  const { detections, conditions, rules } = body;
  const shared = {
    ...sharedPart(known, custom, source.file),
    logsource,
    detections,
    conditions,
  };
  return kind === "filter" ? { kind, ...shared, rules } : { kind, ...shared, ...alertPart(known) };
}

interface Body {
  detections: NamedDetection[];
  conditions: ParsedCondition[];
  rules: string[] | "any";
}

function readBody(
  kind: "rule" | "filter",
  entry: Entry,
  source: Source,
  placeholders: ItemScope["placeholders"],
): Body | undefined {
  const entries = entriesOf(entry.value);
  if (!entries) {
    const message = `'${entry.key}' must be a map of search identifiers`;
    source.report("detection-type", message, entry.value ?? entry.keyNode);
    return undefined;
  }
  const parser = new DetectionParser(source);
  const special = new Set(["condition", "timeframe", ...(kind === "filter" ? ["rules"] : [])]);
  const named = entries.filter(({ key }) => !special.has(key));
  const detections = named.map((each) => parser.named(each));
  const find = (name: string) => entries.find(({ key }) => key === name);
  const timeframe = find("timeframe");
  if (timeframe) {
    const message = "'timeframe' is not part of Sigma 2; " +
      "correlation rules replaced it";
    source.report("detection-timeframe", message, timeframe.keyNode);
  }
  if (named.length === 0) {
    source.report("detection-empty", `'${entry.key}' has no search identifier`, entry.keyNode);
  }
  const condition = find("condition");
  const names = named.map(({ key }) => key);
  if (!condition) source.report("condition-missing", "The condition is missing", entry.keyNode);
  const conditions = condition ? parser.conditions(condition, names) : [];
  const rules = kind === "filter" ? filterRules(find("rules"), entry.keyNode, source) : [];
  const whole = detections.filter((each) => each !== undefined);
  parser.checkValues(placeholders);
  if (whole.length < detections.length || rules === undefined) return undefined;
  return { detections: whole, conditions, rules };
}

/** A list of ids or names, or "any"; an empty list is refused: tools disagree on its meaning. */
function filterRules(
  entry: Entry | undefined,
  place: YamlScalar,
  source: Source,
): string[] | "any" | undefined {
  if (!entry) {
    source.report(
      "filter-rules",
      "A filter needs 'rules': a list of rule ids, or any",
      place,
    );
    return undefined;
  }
  const plain = plainOf(entry.value);
  if (plain === "any") return "any";
  const rules = typeof plain === "string" ? [plain] : plain;
  if (Array.isArray(rules) && rules.length > 0 && rules.every((id) => typeof id === "string")) {
    return rules as string[];
  }
  const message = "'rules' must be a non-empty list of rule ids or names, or any";
  source.report("filter-rules", message, entry.value ?? entry.keyNode, "rules: any");
  return undefined;
}

/** Another taxonomy means other field names, which are not mapped: refused, rather than ignored. */
function taxonomyOf(entry: Entry | undefined, source: Source): string | undefined {
  const value = plainOf(entry?.value);
  if (!entry || value === null) return undefined;
  const isKnown = typeof value === "string" && value.trim().toLowerCase() === TAXONOMY;
  if (!isKnown) {
    const found = typeof value === "string" ? value : JSON.stringify(value);
    const message =
      `Unknown taxonomy '${found}': only the field names of '${TAXONOMY}' are supported`;
    source.report("metadata-value", message, entry.value, `taxonomy: ${TAXONOMY}`);
  } else if (value !== TAXONOMY) {
    const message = `The taxonomy '${value}' is written '${TAXONOMY}'`;
    source.finding("metadata-value", message, entry.value, TAXONOMY);
  }
  return TAXONOMY;
}

/** To the specification, "titel" is a custom field, but it is rarely meant as one. */
function noteNearMiss(entry: Entry, missing: readonly string[], source: Source): void {
  const meant = entry.key.length > 3 ? closest(entry.key, missing) : undefined;
  if (meant === undefined) return;
  const message = `'${entry.key}' is kept as a custom field`;
  source.report("metadata-unknown", message, entry.keyNode, meant, "warning");
}

const TEXTS = [
  "id",
  "name",
  "taxonomy",
  "status",
  "description",
  "license",
  "author",
  "date",
  "modified",
] as const;

function sharedPart(
  known: Record<string, unknown>,
  custom: readonly [string, JsonValue][],
  file: string | undefined,
): SigmaMetadata {
  const texts: Partial<Record<typeof TEXTS[number], string>> = {};
  for (const name of TEXTS) {
    const value = known[name];
    if (typeof value === "string") texts[name] = value;
  }
  return {
    title: String(known.title),
    ...texts,
    references: list(known.references),
    related: list(known.related),
    tags: list(known.tags),
    custom: Object.fromEntries(custom),
    ...(file === undefined ? {} : { file }),
  };
}

function alertPart(
  { level, fields, falsepositives, scope }: Record<string, unknown>,
): AlertMetadata {
  return {
    ...(typeof level === "string" ? { level } : {}),
    fields: list(fields),
    falsepositives: list(falsepositives),
    scope: list(scope),
  };
}

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

import { closest } from "../closest.ts";
import type { ProblemCode } from "../problem.ts";
import type { JsonValue, LogSource, RelatedRule } from "../sigma_rule.ts";
import type { Source } from "./source.ts";
import { entriesOf, type Entry, itemsOf, type YamlNode } from "./yaml_tree.ts";

const STATUSES = ["stable", "test", "experimental", "deprecated", "unsupported"];
const LEVELS = ["informational", "low", "medium", "high", "critical"];
const RELATIONS = ["derived", "obsolete", "merged", "renamed", "similar", "correlation"];
const DATE = /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$/;
const TAG = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the JSON schema of the specification says about one field. */
interface FieldFacts {
  type: "text" | "texts" | "related";
  /** Longest text. */
  most?: number;
  /** Shortest text. */
  least?: number;
  oneOf?: readonly string[];
  /** A pattern, how bad a text is that does not fit, and what the pattern asks for. */
  pattern?: { test: RegExp; severity: "error" | "warning"; says: string };
  /** A single text stands for a list of one. */
  single?: boolean;
  /** Where the field is known; absent means rules and filters. */
  only?: "rule";
}

const DATE_PATTERN = { test: DATE, severity: "error", says: "a date as YYYY-MM-DD" } as const;

/** The metadata fields of rules and filters. */
export const METADATA: ReadonlyMap<string, FieldFacts> = new Map<string, FieldFacts>([
  ["title", { type: "text", most: 256, least: 1 }],
  ["id", { type: "text", pattern: { test: UUID, severity: "warning", says: "a UUID" } }],
  ["name", { type: "text", most: 256, least: 1 }],
  ["related", { type: "related" }],
  ["taxonomy", { type: "text", most: 256 }],
  ["status", { type: "text", oneOf: STATUSES }],
  ["description", { type: "text", most: 65535 }],
  ["license", { type: "text" }],
  ["author", { type: "text" }],
  ["references", { type: "texts" }],
  ["date", { type: "text", pattern: DATE_PATTERN }],
  ["modified", { type: "text", pattern: DATE_PATTERN }],
  ["fields", { type: "texts", only: "rule" }],
  ["falsepositives", { type: "texts", least: 2, single: true, only: "rule" }],
  ["level", { type: "text", oneOf: LEVELS, only: "rule" }],
  ["tags", {
    type: "texts",
    pattern: { test: TAG, severity: "error", says: "namespace.value in lower case" },
  }],
  ["scope", { type: "texts", least: 2, only: "rule" }],
]);

/** Checks and reads the fields around the detection. */
export class MetadataParser {
  readonly #source: Source;

  /** @param source The file. */
  constructor(source: Source) {
    this.#source = source;
  }

  /** The value of a known field; undefined when it has the wrong type. */
  read(facts: FieldFacts, entry: Entry): JsonValue | RelatedRule[] | undefined {
    if (facts.type === "related") return this.#related(entry);
    if (facts.type === "texts") return this.#texts(facts, entry);
    const text = this.#text(entry.key, entry.value, entry);
    if (text !== undefined) this.#check(facts, entry.key, text, entry.value ?? entry.keyNode);
    return text;
  }

  /** Where the events come from: at least one key that routes. */
  logSource(entry: Entry): LogSource | undefined {
    const entries = entriesOf(entry.value);
    if (!entries) return this.#wrong(entry.key, "a map", entry.value ?? entry.keyNode);
    const source: LogSource = {};
    const custom: Record<string, string> = Object.create(null);
    for (const { key, keyNode, value } of entries) {
      const text = this.#text(`logsource.${key}`, value, { key, keyNode, value });
      if (text === undefined) continue;
      if (isLogSourceKey(key)) source[key] = text;
      else custom[key] = text;
    }
    if (Object.keys(custom).length > 0) source.custom = { ...custom };
    if (Object.keys(source).every((key) => key === "definition")) {
      const message = "A log source needs a category, product or service";
      this.#source.report("logsource-empty", message, entry.keyNode);
      return undefined;
    }
    return source;
  }

  #text(name: string, value: YamlNode | null, { keyNode }: Entry): string | undefined {
    if (value?.kind === "scalar") {
      const scalar = value.value;
      if (typeof scalar === "string") return scalar;
      if (scalar !== null && name === "title") return value.text;
    }
    return this.#wrong(name, "a text", value ?? keyNode);
  }

  #texts(facts: FieldFacts, { key, keyNode, value }: Entry): string[] | undefined {
    const one = facts.single && value?.kind === "scalar" ? [value] : undefined;
    const items = one ?? itemsOf(value);
    if (!items) return this.#wrong(key, "a list of texts", value ?? keyNode);
    const texts: string[] = [];
    const seen = new Set<string>();
    for (const item of items) {
      const text = this.#text(key, item, { key, keyNode, value });
      if (text === undefined) continue;
      this.#check(facts, key, text, item!);
      if (seen.has(text)) {
        this.#note(
          "metadata-value",
          `'${text}' stands twice in ${key}`,
          item,
          undefined,
          "warning",
        );
      }
      seen.add(text);
      texts.push(text);
    }
    return texts;
  }

  #related({ key, keyNode, value }: Entry): RelatedRule[] | undefined {
    const items = itemsOf(value);
    if (!items) return this.#wrong(key, "a list of maps with id and type", value ?? keyNode);
    const related: RelatedRule[] = [];
    for (const item of items) {
      const entries = entriesOf(item) ?? [];
      const read = (name: string) => {
        const entry = entries.find((candidate) => candidate.key === name);
        if (entry) return this.#text(`related.${name}`, entry.value, entry);
        const message = `A related rule needs '${name}'`;
        this.#note("metadata-missing", message, item ?? keyNode);
        return undefined;
      };
      const [id, type] = [read("id"), read("type")];
      if (id === undefined || type === undefined) continue;
      this.#check({ type: "text", oneOf: RELATIONS }, "related.type", type, item!);
      related.push({ id, type });
    }
    return related;
  }

  #check(facts: FieldFacts, name: string, text: string, place: YamlNode): void {
    const { most = Infinity, least = 0, oneOf, pattern } = facts;
    if (oneOf && !oneOf.includes(text)) {
      const message = `Unknown ${name} '${shown(text)}': expected one of ${oneOf.join(", ")}`;
      this.#note("metadata-value", message, place, closest(text, oneOf));
    } else if (pattern && !pattern.test.test(text)) {
      const message = `The ${name} '${shown(text)}' is not ${pattern.says}`;
      this.#note("metadata-value", message, place, repaired(name, text), pattern.severity);
    } else if (text.length > most || text.length < least) {
      const bound = text.length > most ? `longer than ${most}` : `shorter than ${least}`;
      this.#note("metadata-value", `A text in ${name} is ${bound} characters`, place);
    }
  }

  #wrong(name: string, expected: string, place: YamlNode): undefined {
    const found = place.kind === "map"
      ? "a map"
      : place?.kind === "scalar"
      ? `'${shown(place.text)}'`
      : "a list";
    this.#note("metadata-type", `${name} has to be ${expected}, found ${found}`, place);
  }

  #note(
    code: ProblemCode,
    message: string,
    place: YamlNode | null,
    suggestion?: string,
    severity: "error" | "warning" = "error",
  ): void {
    this.#source.report(code, message, place, suggestion, severity);
  }
}

function isLogSourceKey(key: string): key is "category" | "product" | "service" | "definition" {
  return ["category", "product", "service", "definition"].includes(key);
}

function repaired(name: string, text: string): string | undefined {
  if (name === "tags") {
    const lower = text.toLowerCase();
    return TAG.test(lower) ? lower : undefined;
  }
  const slashed = text.replaceAll("/", "-");
  return DATE.test(slashed) ? slashed : undefined;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

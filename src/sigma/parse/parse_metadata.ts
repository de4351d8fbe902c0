import { closest } from "../closest.ts";
import type { ProblemCode } from "../problem.ts";
import type { JsonValue, LogSource, RelatedRule } from "../sigma_rule.ts";
import { DATE, LOG_SOURCE_KEYS, type MetadataField, RELATIONS, TAG } from "../vocabulary.ts";
import type { Source } from "./source.ts";
import { entriesOf, type Entry, itemsOf, type YamlNode } from "./yaml_tree.ts";

const RELATION: MetadataField = { meaning: "What it is", type: "text", oneOf: RELATIONS };

/** Checks and reads the fields around the detection. */
export class MetadataParser {
  readonly #source: Source;

  /** @param source The file. */
  constructor(source: Source) {
    this.#source = source;
  }

  /** The value of a known field; undefined when it has the wrong type. */
  read(facts: MetadataField, entry: Entry): JsonValue | RelatedRule[] | undefined {
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
    return this.#wrong(name, "a string", value ?? keyNode);
  }

  #texts(facts: MetadataField, { key, keyNode, value }: Entry): string[] | undefined {
    const one = facts.single && value?.kind === "scalar" ? [value] : undefined;
    const items = one ?? itemsOf(value);
    if (!items) return this.#wrong(key, "a list of strings", value ?? keyNode);
    const texts: string[] = [];
    const seen = new Set<string>();
    for (const item of items) {
      const text = this.#text(key, item, { key, keyNode, value });
      if (text === undefined) continue;
      this.#check(facts, key, text, item!);
      if (seen.has(text)) {
        this.#note(
          "metadata-value",
          `Duplicate '${text}' in ${key}`,
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
      this.#check(RELATION, "related.type", type, item!);
      related.push({ id, type });
    }
    return related;
  }

  #check(facts: MetadataField, name: string, text: string, place: YamlNode): void {
    const { max = Infinity, min = 0, oneOf, pattern } = facts;
    const words = oneOf && Object.keys(oneOf);
    if (words && !words.includes(text)) {
      const message = `Unknown ${name} '${shown(text)}': expected one of ${words.join(", ")}`;
      this.#note("metadata-value", message, place, closest(text, words));
    } else if (pattern && !pattern.test.test(text)) {
      const message = `The ${name} '${shown(text)}' is not ${pattern.says}`;
      this.#note("metadata-value", message, place, repaired(name, text), pattern.severity);
    } else if (text.length > max || text.length < min) {
      const bound = text.length > max ? `longer than ${max}` : `shorter than ${min}`;
      this.#note("metadata-value", `A string in ${name} is ${bound} characters`, place);
    }
  }

  #wrong(name: string, expected: string, place: YamlNode): undefined {
    const found = place.kind === "map"
      ? "a map"
      : place?.kind === "scalar"
      ? `'${shown(place.text)}'`
      : "a list";
    this.#note("metadata-type", `${name} must be ${expected}, found ${found}`, place);
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

function isLogSourceKey(key: string): key is keyof typeof LOG_SOURCE_KEYS {
  return Object.hasOwn(LOG_SOURCE_KEYS, key);
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

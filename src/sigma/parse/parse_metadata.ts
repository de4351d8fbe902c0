import { closest } from "../closest.ts";
import { oddLetter } from "../odd_letters.ts";
import type { JsonValue, LogSource, RelatedRule } from "../sigma_rule.ts";
import { LOG_SOURCE_KEYS, type MetadataField, RELATIONS } from "../vocabulary.ts";
import type { Source } from "./source.ts";
import { entriesOf, type Entry, itemsOf, type YamlNode } from "./yaml_tree.ts";

const RELATION: MetadataField = { meaning: "What it is", type: "text", oneOf: RELATIONS };
const RELATED_ID: MetadataField = { meaning: "Id of the other rule", type: "text" };

/**
 * Checks and reads the fields around the detection.
 *
 * What is wrong in metadata changes no decision, so it is a finding: the rule loads, with what can
 * be read of the field in the form that the specification asks for, and without what cannot. Only
 * the title and the keys of the log source, which decide where a rule runs, can be errors.
 */
export class MetadataParser {
  readonly #source: Source;

  /** @param source The file. */
  constructor(source: Source) {
    this.#source = source;
  }

  /** The value of a known field; undefined if nothing of it can be kept. */
  read(facts: MetadataField, entry: Entry): JsonValue | RelatedRule[] | undefined {
    const { key, keyNode, value } = entry;
    if (isNothing(value)) {
      return this.#wrong(facts, `The field '${key}' has no value`, keyNode, "remove the key");
    }
    if (facts.type === "related") return this.#related(value, key);
    if (facts.type === "texts") return this.#texts(facts, key, value);
    return this.#text(facts, key, value);
  }

  /** Where the events come from: at least one key that routes. */
  logSource({ key: name, keyNode, value: node }: Entry): LogSource | undefined {
    const entries = entriesOf(node);
    if (!entries) {
      this.#source.report("metadata-type", expected(name, "a map", node), node ?? keyNode);
      return undefined;
    }
    const source: LogSource = {};
    const custom: Record<string, string> = Object.create(null);
    for (const { key, keyNode, value } of entries) {
      const text = value?.kind === "scalar" ? value.value : undefined;
      if (typeof text !== "string") {
        const path = `logsource.${key}`;
        // Without a value, a key routes nothing, and what describes the source never does.
        if (isNothing(value)) {
          const message = `The field '${path}' has no value`;
          this.#source.finding("metadata-type", message, keyNode, "remove the key");
        } else if (key === "definition") {
          this.#source.finding("metadata-type", expected(path, "a string", value), value);
        } else this.#source.report("metadata-type", expected(path, "a string", value), value);
      } else if (isLogSourceKey(key)) source[key] = text;
      else custom[key] = text;
    }
    if (Object.keys(custom).length > 0) source.custom = { ...custom };
    if (Object.keys(source).every((key) => key === "definition")) {
      const message = "A log source needs a category, product or service";
      this.#source.report("logsource-empty", message, keyNode);
      return undefined;
    }
    return source;
  }

  /** A string as the rule keeps it. */
  #text(facts: MetadataField, name: string, node: YamlNode): string | undefined {
    if (node.kind === "scalar" && typeof node.value === "string") {
      return this.#checked(facts, name, node.value, node);
    }
    const text = node.kind === "scalar" || facts.prose ? asText(node) : undefined;
    const message = expected(name, "a string", node);
    if (text === undefined) return this.#wrong(facts, message, node);
    this.#source.finding("metadata-type", message, node, `'${text.replaceAll("'", "''")}'`);
    return keptOf(facts, text);
  }

  #texts(facts: MetadataField, name: string, node: YamlNode): string[] | undefined {
    const items = itemsOf(node) ?? [node];
    if (node.kind === "map") return this.#wrong(facts, expected(name, "a list", node), node);
    if (node.kind === "scalar" && !facts.single) {
      const message = expected(name, "a list of strings", node);
      this.#source.finding("metadata-type", message, node, `- ${shown(node.text)}`);
    }
    const texts = new Set<string>();
    const duplicates: { text: string; item: YamlNode }[] = [];
    for (const item of items) {
      if (isNothing(item)) {
        const message = `An entry of ${name} has no value`;
        this.#source.finding("metadata-type", message, item ?? node, "remove the entry");
        continue;
      }
      const text = this.#text(facts, name, item);
      if (text === undefined) continue;
      if (texts.has(text)) duplicates.push({ text, item });
      texts.add(text);
    }
    const [first] = duplicates;
    if (first) {
      const more = duplicates.length > 1 ? ` (and ${duplicates.length - 1} more duplicates)` : "";
      const message = `Duplicate '${shown(first.text)}' in ${name}${more}`;
      this.#source.report("metadata-value", message, first.item, undefined, "warning");
    }
    return [...texts];
  }

  #related(node: YamlNode, name: string): RelatedRule[] {
    const wanted = "a list of maps with id and type";
    if (node.kind !== "list") {
      this.#source.finding("metadata-type", expected(name, wanted, node), node);
    }
    const related: RelatedRule[] = [];
    for (const item of itemsOf(node) ?? (node.kind === "map" ? [node] : [])) {
      const entries = entriesOf(item) ?? [];
      const read = (key: string, facts: MetadataField) => {
        const value = entries.find((entry) => entry.key === key)?.value;
        if (!isNothing(value)) return this.#text(facts, `related.${key}`, value);
        const message = `A related rule needs '${key}'`;
        this.#source.finding("metadata-missing", message, item ?? node);
        return undefined;
      };
      const [id, type] = [read("id", RELATED_ID), read("type", RELATION)];
      if (id !== undefined && type !== undefined) related.push({ id, type });
    }
    return related;
  }

  /** What the rule keeps of a string, after a look at it. */
  #checked(
    facts: MetadataField,
    name: string,
    text: string,
    place: YamlNode,
  ): string | undefined {
    const { max = Infinity, min = 0, oneOf, pattern } = facts;
    const words = oneOf && Object.keys(oneOf);
    const kept = keptOf(facts, text);
    if (words && !words.includes(text)) {
      const message = `Unknown ${name} '${shown(text)}'${oddness(text)}: expected one of ${
        words.join(", ")
      }`;
      this.#source.finding("metadata-value", message, place, kept ?? closest(text, words));
    } else if (pattern && !pattern.test.test(text)) {
      const message = `The ${name} '${shown(text)}'${oddness(text)} is not ${pattern.says}`;
      const meant = kept !== undefined && pattern.test.test(kept) ? kept : undefined;
      if (pattern.severity === "error") {
        this.#source.finding("metadata-value", message, place, meant);
      } else this.#source.report("metadata-value", message, place, meant, "warning");
    } else if (text.length > max || text.length < min) {
      const bound = text.length > max ? `longer than ${max}` : `shorter than ${min}`;
      const message = `A string in ${name} is ${bound} characters`;
      this.#source.finding("metadata-value", message, place);
    }
    return kept;
  }

  /** Reports a field of which nothing can be kept. */
  #wrong(
    { required }: MetadataField,
    message: string,
    place: YamlNode,
    suggestion?: string,
  ): undefined {
    if (required) this.#source.report("metadata-type", message, place);
    else this.#source.finding("metadata-type", message, place, suggestion);
  }
}

/** A string in the form that it should have; as it is, where that says no less; or nothing. */
function keptOf({ oneOf, pattern }: MetadataField, text: string): string | undefined {
  if (oneOf) {
    const word = text.trim().toLowerCase();
    return Object.hasOwn(oneOf, word) ? word : undefined;
  }
  return !pattern || pattern.test.test(text) ? text : pattern.kept(text);
}

function isLogSourceKey(key: string): key is keyof typeof LOG_SOURCE_KEYS {
  return Object.hasOwn(LOG_SOURCE_KEYS, key);
}

function isNothing(node: YamlNode | null | undefined): node is null | undefined {
  return node === null || node === undefined || (node.kind === "scalar" && node.value === null);
}

function expected(name: string, what: string, node: YamlNode | null): string {
  const found = node?.kind === "map"
    ? "a map"
    : node?.kind === "list"
    ? "a list"
    : `'${shown(node?.text ?? "")}'`;
  return `${name} must be ${what}, found ${found}`;
}

/** What an author meant who forgot quotes: `Tuning: …` in a list, or authors as a list. */
function asText(node: YamlNode | null): string | undefined {
  if (node?.kind === "scalar") return node.text;
  const parts = node?.kind === "list"
    ? node.items.map((item) => item?.kind === "scalar" ? item.text : undefined)
    : node?.entries.map(({ key, value }) =>
      value?.kind === "scalar" ? `${key}: ${value.text}`.trim() : undefined
    );
  return parts?.every((part) => part !== undefined) ? parts.join(", ") : undefined;
}

/** What readers of a wrong word cannot see; nothing if they can. */
function oddness(text: string): string {
  const odd = oddLetter(text);
  return odd ? `, with ${odd.says},` : "";
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

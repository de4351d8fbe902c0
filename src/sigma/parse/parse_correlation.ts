import { closest } from "../closest.ts";
import { canHold, OPERATORS, wholeNumbers } from "../correlation/thresholds.ts";
import { parseTimespan } from "../correlation/timespan.ts";
import type { ProblemCode, Span } from "../problem.ts";
import type {
  Condition,
  CorrelationCondition,
  CorrelationType,
  SigmaCorrelation,
  Thresholds,
} from "../sigma_rule.ts";
import { CORRELATION_KEYS, CORRELATION_TYPES } from "../vocabulary.ts";
import { conditionNames, parseCondition } from "./parse_condition.ts";
import { SearchNames } from "./search_names.ts";
import type { Source } from "./source.ts";
import {
  entriesOf,
  type Entry,
  itemsOf,
  placeOf,
  type YamlNode,
  type YamlScalar,
} from "./yaml_tree.ts";

/** What the section `correlation` holds. */
export type CorrelationBody =
  & Pick<
    SigmaCorrelation,
    | "type"
    | "rules"
    | "groupBy"
    | "aliases"
    | "timespan"
    | "condition"
    | "generate"
  >
  & { places: Record<string, Span> };

/** The most rules that a correlation refers to, and the most fields that it groups by. */
const MAX_LIST = 100;

/** Words of an extended condition that are not names of rules. */
const NO_NAME = /^(and|or|not|of|[()|])$/i;

/**
 * Reads the section `correlation` of a document, and reports every problem in it.
 *
 * What depends on other documents is checked when they are linked.
 *
 * @param section The entry.
 * @param generate The field `generate` at the top of the document, where the specification has it.
 * @param source The file, which collects the problems.
 * @returns Undefined if a part cannot be read; the problems are in the source.
 */
export function parseCorrelation(
  section: Entry,
  generate: Entry | undefined,
  source: Source,
): CorrelationBody | undefined {
  return new CorrelationParser(section, source).read(generate);
}

class CorrelationParser {
  readonly #source: Source;
  readonly #section: Entry;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #places: Record<string, Span> = {};

  constructor(section: Entry, source: Source) {
    this.#source = source;
    this.#section = section;
    this.#entries = new Map(entriesOf(section.value)?.map((entry) => [entry.key, entry]));
  }

  read(generateOnTop: Entry | undefined): CorrelationBody | undefined {
    if (entriesOf(this.#section.value) === undefined) {
      const place = this.#section.value ?? this.#section.keyNode;
      this.#report("correlation-type", "'correlation' must be a map", place);
      return undefined;
    }
    this.#checkKeys();
    const type = this.#type();
    const listed = this.#rules(type);
    const groupBy = this.#groupBy();
    const aliases = this.#aliases();
    const timespan = this.#timespan();
    const condition = this.#condition(type, listed);
    const generate = this.#generate(this.#entries.get("generate") ?? generateOnTop);
    if (!type || !groupBy || !aliases || !timespan || !condition || generate === undefined) {
      return undefined;
    }
    const rules = listed ?? namesOf(condition);
    return { type, rules, groupBy, aliases, timespan, condition, generate, places: this.#places };
  }

  #checkKeys(): void {
    for (const { key, keyNode } of this.#entries.values()) {
      if (Object.hasOwn(CORRELATION_KEYS, key)) continue;
      const meant = closest(key, Object.keys(CORRELATION_KEYS));
      this.#report("correlation-key", `Unknown key '${key}' in a correlation`, keyNode, meant);
    }
  }

  #type(): CorrelationType | undefined {
    const entry = this.#required("type", "correlation-type");
    if (!entry) return undefined;
    const text = textOf(entry.value);
    const known = Object.keys(CORRELATION_TYPES);
    if (text !== undefined && known.includes(text)) return text as CorrelationType;
    const message = text === undefined
      ? "The type of a correlation must be a string"
      : `Unknown type '${text}': expected one of ${known.join(", ")}`;
    const meant = text === undefined ? undefined : closest(text, known);
    this.#report("correlation-type", message, entry.value ?? entry.keyNode, meant);
    return undefined;
  }

  /** The listed rules; undefined if there is no list, which only an extended condition allows. */
  #rules(type: CorrelationType | undefined): string[] | undefined {
    const entry = this.#entries.get("rules");
    if (!entry) {
      const condition = this.#entries.get("condition")?.value;
      if (textOf(condition) === undefined) this.#required("rules", "correlation-rules");
      return undefined;
    }
    const rules = this.#texts(entry, "rules", "correlation-rules") ?? [];
    if (rules.length === 0 && (itemsOf(entry.value)?.length ?? 0) === 0) {
      this.#report("correlation-rules", "'rules' names no rule", entry.keyNode);
    }
    // "A, then B, then A again" is a sequence; elsewhere a repeated rule has no meaning.
    if (type === "temporal_ordered") return rules;
    const items = itemsOf(entry.value) ?? [];
    rules.forEach((name, index) => {
      if (rules.indexOf(name) === index) return;
      this.#report("correlation-rules", `Duplicate rule '${name}'`, items[index] ?? entry.keyNode);
    });
    return rules;
  }

  #groupBy(): string[] | undefined {
    const entry = this.#entries.get("group-by");
    if (!entry || isNull(entry.value)) return [];
    const fields = this.#texts(entry, "group-by", "correlation-group");
    fields?.forEach((field, index) => {
      if (fields.indexOf(field) === index) return;
      const place = itemsOf(entry.value)?.[index] ?? entry.keyNode;
      this.#report("correlation-group", `Duplicate field '${field}' in group-by`, place);
    });
    return fields;
  }

  #aliases(): SigmaCorrelation["aliases"] | undefined {
    const entry = this.#entries.get("aliases");
    if (!entry || isNull(entry.value)) return {};
    const entries = entriesOf(entry.value);
    const wrong = (place: YamlNode) => {
      const message = "An alias must be a map from rules to the fields it stands for";
      this.#report("correlation-alias", message, place);
    };
    if (!entries) return void wrong(entry.value ?? entry.keyNode);
    const aliases: [string, Record<string, string>][] = [];
    for (const { key, keyNode, value } of entries) {
      const fields = entriesOf(value);
      if (!fields || fields.length === 0) {
        wrong(value ?? keyNode);
        continue;
      }
      this.#place(`aliases.${key}`, keyNode);
      const pairs = fields.flatMap((field): [string, string][] => {
        const text = textOf(field.value);
        this.#place(`aliases.${key}.${field.key}`, field.keyNode);
        if (text) return [[field.key, text]];
        wrong(field.value ?? field.keyNode);
        return [];
      });
      aliases.push([key, Object.fromEntries(pairs)]);
    }
    return Object.fromEntries(aliases);
  }

  #timespan(): SigmaCorrelation["timespan"] | undefined {
    const entry = this.#required("timespan", "correlation-timespan");
    if (!entry) return undefined;
    const text = entry.value?.kind === "scalar" ? entry.value.text : "";
    const seconds = parseTimespan(text);
    if (seconds !== undefined) return { text, seconds };
    const message = `The timespan '${text}' is not a whole number with one of the units ` +
      "s, m, h, d, w, M and y, at most ten years";
    const meant = /^\d+\s*[smhdw]/i.exec(text)?.[0].replace(/\s/g, "").toLowerCase();
    const suggestion = meant && parseTimespan(meant) !== undefined ? meant : undefined;
    this.#report("correlation-timespan", message, entry.value ?? entry.keyNode, suggestion);
    return undefined;
  }

  #generate(entry: Entry | undefined): boolean | undefined {
    if (!entry) return false;
    const value = entry.value?.kind === "scalar" ? entry.value.value : undefined;
    if (typeof value === "boolean") return value;
    const message = "'generate' must be true or false";
    this.#report("correlation-key", message, entry.value ?? entry.keyNode);
    return undefined;
  }

  #condition(
    type: CorrelationType | undefined,
    rules: readonly string[] | undefined,
  ): CorrelationCondition | undefined {
    const entry = this.#entries.get("condition");
    const temporal = type === "temporal" || type === "temporal_ordered";
    if (!entry) {
      if (type === undefined) return undefined;
      if (!temporal) return void this.#required("condition", "correlation-condition");
      return { kind: "thresholds", thresholds: { gte: rules?.length ?? 0 }, fields: [] };
    }
    this.#place("condition", entry.keyNode);
    const { value, keyNode } = entry;
    const entries = entriesOf(value);
    if (entries) return this.#thresholds(type, entry, entries, rules);
    const text = textOf(value);
    if (text === undefined || value?.kind !== "scalar") {
      const message = "The condition of a correlation must be a map or a string";
      return void this.#report("correlation-condition", message, value ?? keyNode);
    }
    if (type !== undefined && !temporal) {
      const message = `'${type}' needs a map such as 'gte: 5': only temporal correlations ` +
        "have conditions with 'and', 'or' and 'not'";
      return void this.#report("correlation-condition", message, value);
    }
    return this.#expression(text, value, rules);
  }

  #expression(
    text: string,
    node: YamlScalar,
    rules: readonly string[] | undefined,
  ): CorrelationCondition | undefined {
    const names = rules ?? wordsOf(text);
    const { expression, problems, spans } = parseCondition(text, new SearchNames(names), "rule");
    for (const { message, start, end, suggestion } of problems) {
      const place = this.#source.within(node, start, end);
      this.#report("correlation-condition", message, place, suggestion);
    }
    if (!expression) return undefined;
    let whole = true;
    for (const [part, [start, end]] of spans) {
      if (part.op === "name") {
        this.#places[`condition.${part.name}`] ??= this.#source.span(
          this.#source.within(node, start, end),
        );
      } else {
        const message = "'x of' is not part of the conditions of correlations: name each rule";
        this.#report("correlation-condition", message, this.#source.within(node, start, end));
        whole = false;
      }
    }
    const used = conditionNames(expression);
    for (const [index, name] of (rules ?? []).entries()) {
      if (used.has(name)) continue;
      const place = itemsOf(this.#entries.get("rules")?.value)?.[index] ?? node;
      this.#report("correlation-condition", `The condition does not use the rule '${name}'`, place);
    }
    if (holdsForNothing(expression)) {
      const message = "The condition holds without any match, but a window starts at a match";
      this.#report("correlation-condition", message, node);
      whole = false;
    }
    return whole ? { kind: "expression", text, expression } : undefined;
  }

  #thresholds(
    type: CorrelationType | undefined,
    entry: Entry,
    entries: readonly Entry[],
    rules: readonly string[] | undefined,
  ): CorrelationCondition | undefined {
    const thresholds: Thresholds = {};
    let fields: string[] | undefined = [];
    let percentile: number | undefined;
    let whole = true;
    const wrong = (message: string, place: YamlNode, suggestion?: string) => {
      whole = false;
      this.#report("correlation-condition", message, place, suggestion);
    };
    for (const each of entries) {
      const { key, keyNode, value } = each;
      if (key === "field") fields = this.#texts(each, "field", "correlation-condition");
      else if (key === "percentile" || Object.hasOwn(OPERATORS, key)) {
        const number = value?.kind === "scalar" ? value.value : undefined;
        if (typeof number !== "number") wrong(`'${key}' must be a number`, value ?? keyNode);
        else if (key === "percentile") percentile = number;
        else thresholds[key as keyof Thresholds] = number;
      } else {
        const known = [...Object.keys(OPERATORS), "field", "percentile"];
        wrong(`Unknown key '${key}' in a condition`, keyNode, closest(key, known));
      }
    }
    if (!whole || fields === undefined) return undefined;
    if (Object.keys(thresholds).length === 0) {
      wrong("The condition has none of gt, gte, lt, lte, eq and neq", entry.keyNode);
    }
    if (type === undefined) return undefined;
    const isValue = type.startsWith("value_");
    if (isValue && fields.length === 0) wrong(`'${type}' needs a field`, entry.keyNode);
    if (!isValue && fields.length > 0) {
      wrong(`'${type}' has no field: it looks at no values`, entry.keyNode);
    }
    if (type !== "value_count" && fields.length > 1) {
      wrong(`'${type}' takes one field: only value_count takes several`, entry.keyNode);
    }
    if (percentile !== undefined && type !== "value_percentile") {
      wrong(`'${type}' has no percentile`, entry.keyNode);
    } else if (percentile !== undefined && (percentile < 0 || percentile > 100)) {
      wrong("'percentile' must be from 0 to 100", entry.keyNode);
    }
    if (whole) {
      const problem = impossible(type, thresholds, new Set(rules).size);
      if (problem) wrong(problem, entry.keyNode);
    }
    return whole
      ? {
        kind: "thresholds",
        thresholds,
        fields,
        ...(percentile === undefined ? {} : { percentile }),
      }
      : undefined;
  }

  /** A string, or a list of strings. */
  #texts(entry: Entry, name: string, code: ProblemCode): string[] | undefined {
    this.#place(name, entry.keyNode);
    const items = itemsOf(entry.value) ?? [entry.value];
    if (items.length > MAX_LIST) {
      this.#report(code, `'${name}' has more than ${MAX_LIST} entries`, entry.keyNode);
      return undefined;
    }
    const texts = items.flatMap((item, index) => {
      const text = textOf(item);
      if (!text) {
        this.#report(
          code,
          `'${name}' must be a string or a list of strings`,
          item ?? entry.keyNode,
        );
        return [];
      }
      this.#place(`${name}.${index}`, item ?? entry.keyNode);
      return [text];
    });
    return texts.length === items.length ? texts : undefined;
  }

  #required(name: string, code: ProblemCode): Entry | undefined {
    const entry = this.#entries.get(name);
    if (entry) this.#place(name, entry.keyNode);
    else this.#report(code, `A correlation needs '${name}'`, this.#section.keyNode);
    return entry;
  }

  #place(name: string, node: YamlNode): void {
    this.#places[name] = this.#source.span(placeOf(node));
  }

  #report(
    code: ProblemCode,
    message: string,
    place: YamlNode | readonly [number, number],
    suggestion?: string,
  ): void {
    this.#source.report(code, message, "kind" in place ? placeOf(place) : place, suggestion);
  }
}

/** Why a condition can never hold; undefined if it can. */
function impossible(
  type: CorrelationType,
  thresholds: Thresholds,
  rules: number,
): string | undefined {
  switch (type) {
    case "event_count":
    case "value_count":
      return wholeNumbers(thresholds, 1, Infinity)
        ? undefined
        : "The condition can never hold: a window starts at a match, so it counts at least 1";
    case "temporal":
    case "temporal_ordered":
      return rules === 0 || wholeNumbers(thresholds, 1, rules)
        ? undefined
        : `The condition can never hold: from 1 to ${rules} of the rules can match`;
    default:
      return canHold(thresholds)
        ? undefined
        : "The condition can never hold: its bounds contradict each other";
  }
}

/** Whether a condition holds in a window in which no rule matched. */
function holdsForNothing(part: Condition): boolean {
  if (part.op === "not") return !holdsForNothing(part.of);
  if (part.op === "and") return part.of.every(holdsForNothing);
  if (part.op === "or") return part.of.some(holdsForNothing);
  return false;
}

/** The names in a condition in the order written, each once. */
function namesOf(condition: CorrelationCondition): string[] {
  return condition.kind === "expression" ? [...conditionNames(condition.expression)] : [];
}

function wordsOf(text: string): string[] {
  const words = text.match(/[()|]|[^\s()|]+/g) ?? [];
  return [...new Set(words.filter((word) => !NO_NAME.test(word)))];
}

function textOf(node: YamlNode | null | undefined): string | undefined {
  if (node?.kind !== "scalar" || node.value === null || node.value === undefined) return undefined;
  return node.text;
}

function isNull(node: YamlNode | null): boolean {
  return node === null || (node.kind === "scalar" && node.value === null);
}

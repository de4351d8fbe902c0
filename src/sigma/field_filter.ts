import { closest } from "./closest.ts";
import { checkItem } from "./compile/compile_item.ts";
import { MODIFIERS } from "./modifiers.ts";
import { parseFieldKey } from "./field_key.ts";
import { regexesOf, regexLoader } from "./regex/regex_table.ts";
import { RuleSet } from "./rule_set.ts";
import type { DetectionItem, SigmaValue } from "./sigma_rule.ts";

/** A map of a detection, as plain JSON: a value, or a list of values, for each `field|modifier`. */
export type FieldMap = Readonly<Record<string, SigmaValue | readonly SigmaValue[]>>;

/** What is wrong with one entry of a map. */
export interface FieldProblem {
  /** The key of the entry. */
  readonly key: string;
  /** What is wrong, to put after the key; it quotes no value. */
  readonly message: string;
}

/** A map of a detection that stands alone, without a rule around it. */
export interface FieldFilter {
  /** The map itself. */
  readonly map: FieldMap;
  /** The fields that it names. */
  readonly fields: readonly string[];
  /**
   * Whether an event satisfies every entry of the map.
   *
   * @param event JSON data.
   */
  matches(event: unknown): boolean;
}

const SCOPE = { regexes: regexLoader(regexesOf([])), placeholders: {} };

/**
 * Compiles a map of a detection: `{"field|modifier": value}` matches where a rule with this
 * selection does. Keywords, elements of arrays and regular expressions, which need a rule or a
 * compiler, are refused.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { compileFieldFilter } from "./field_filter.ts";
 *
 * const { filter } = compileFieldFilter({ "event|startswith": ["Test", "Alert"], aid: "1234" });
 * assert(filter?.matches({ event: "Test deleted.", aid: "1234" }));
 * assert(!filter?.matches({ event: "Test deleted.", aid: "5" }));
 * const { problems } = compileFieldFilter({ "event|contain": "Test" });
 * assertEquals(problems, [
 *   { key: "event|contain", message: "has the unknown modifier 'contain'; did you mean 'contains'?" },
 * ]);
 * ```
 *
 * @param map The map, with at least one entry.
 * @returns The filter, or every problem.
 */
export function compileFieldFilter(
  map: FieldMap,
):
  | { readonly filter: FieldFilter; readonly problems?: never }
  | { readonly filter?: never; readonly problems: readonly FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const items: DetectionItem[] = [];
  for (const [key, given] of Object.entries(map)) {
    const item = itemOf(key, [given].flat() as SigmaValue[]);
    if (typeof item === "string") problems.push({ key, message: item });
    else items.push(item);
  }
  if (problems.length > 0) return { problems };
  const none = { references: [], related: [], tags: [], fields: [], falsepositives: [], scope: [] };
  const rules = new RuleSet([{
    ...none,
    kind: "rule",
    title: "A filter by fields",
    custom: {},
    logsource: {},
    detections: [{ name: "selection", detection: { kind: "all", of: items } }],
    conditions: [{ text: "selection", expression: { op: "name", name: "selection" } }],
  }]);
  return {
    filter: {
      map,
      fields: items.flatMap(({ field }) => field ?? []),
      matches: (event) => rules.match(event).length > 0,
    },
  };
}

/**
 * Reads a map of a detection from pairs of strings, as a query has them: a key that is there several
 * times has a list of values. What only takes numbers, or true and false, gets them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fieldMapOf } from "./field_filter.ts";
 *
 * assertEquals(fieldMapOf([["aid", "12"], ["date|hour", "7"], ["uid|exists", "false"], ["aid", "13"]]), {
 *   aid: ["12", "13"],
 *   "date|hour": [7],
 *   "uid|exists": [false],
 * });
 * ```
 *
 * @param pairs The keys and values.
 * @returns The map, unchecked.
 */
export function fieldMapOf(pairs: Iterable<readonly [key: string, value: string]>): FieldMap {
  const map = new Map<string, SigmaValue[]>();
  for (const [key, text] of pairs) {
    const values = map.get(key) ?? [];
    values.push(valueOf(key, text));
    map.set(key, values);
  }
  return Object.fromEntries(map);
}

function valueOf(key: string, text: string): SigmaValue {
  const takesText = parseFieldKey(key).modifiers.every(({ name }) =>
    MODIFIERS.get(name)?.takes.includes("string") ?? true
  );
  if (takesText) return text;
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

/** One entry as an item, or what is wrong with it. */
function itemOf(key: string, values: SigmaValue[]): DetectionItem | string {
  const { arrays, bad, field, modifiers } = parseFieldKey(key);
  if (field === "" || field === undefined || arrays.length > 0 || bad !== undefined) {
    return "must begin with the name of a field; elements of arrays cannot be chosen here";
  }
  if (values.length === 0) return "must have a value";
  const names = modifiers.map(({ name }) => name);
  for (const name of names) {
    const facts = MODIFIERS.get(name);
    if (facts?.family === "regex") {
      return `must do without the modifier '${name}': regular expressions are compiled with rules`;
    }
    if (facts?.family === "expand") {
      return `must do without the modifier '${name}': value lists belong to rules`;
    }
    if (facts !== undefined) continue;
    if (name === "") return "has a bar without a modifier";
    const meant = closest(name, MODIFIERS.keys());
    const hint = meant === undefined ? "" : `; did you mean '${meant}'?`;
    return `has the unknown modifier '${name}'${hint}`;
  }
  const item: DetectionItem = { kind: "item", field, modifiers: names, values };
  const [problem] = checkItem(item, SCOPE);
  if (problem === undefined) return item;
  const { message, value: index } = problem;
  const quoted = index === undefined ? "" : String(values[index]);
  return `is invalid: ${quoted === "" ? message : message.replaceAll(quoted, "…")}`;
}

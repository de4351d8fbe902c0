/**
 * Sigma in the simplest form: no index, no compilation, native regular expressions, one pass over
 * the rule for each event. It shares only the parsed rule with the engine, so that the two can be
 * compared.
 *
 * @module
 */
import type {
  Condition,
  Detection,
  DetectionItem,
  NamedDetection,
  SigmaFilter,
  SigmaRule,
} from "../../src/sigma/mod.ts";
import { naiveTests } from "./naive_values.ts";

/** What rules need besides the event. */
export interface NaiveOptions {
  filters?: readonly SigmaFilter[];
  placeholders?: Readonly<Record<string, readonly (string | number)[]>>;
}

/** The conditions of a rule that an event satisfies. */
export function naiveMatch(rule: SigmaRule, event: unknown, options: NaiveOptions = {}): number[] {
  const { filters = [], placeholders = {} } = options;
  const decide = (document: SigmaRule | SigmaFilter) =>
    document.conditions.map(({ expression }) =>
      holds(expression, document.detections, event, placeholders)
    );
  const wanted = filters.filter((filter) => isFor(filter, rule));
  if (!wanted.every((filter) => decide(filter).every(Boolean))) return [];
  return decide(rule).flatMap((matched, index) => matched ? [index] : []);
}

function isFor(filter: SigmaFilter, rule: SigmaRule): boolean {
  const listed = filter.rules === "any" || filter.rules.includes(rule.id ?? "\0") ||
    filter.rules.includes(rule.name ?? "\0");
  return listed &&
    (["category", "product", "service"] as const).every((key) =>
      filter.logsource[key] === undefined ||
      filter.logsource[key]!.toLowerCase() === rule.logsource[key]?.toLowerCase()
    );
}

type Lists = NonNullable<NaiveOptions["placeholders"]>;

function holds(
  condition: Condition,
  detections: readonly NamedDetection[],
  event: unknown,
  lists: Lists,
): boolean {
  const named = (name: string) =>
    fits(detections.find((each) => each.name === name)!.detection, event, lists);
  if (condition.op === "name") return named(condition.name);
  if (condition.op === "not") return !holds(condition.of, detections, event, lists);
  if (condition.op === "1 of") return condition.names.some(named);
  if (condition.op === "all of") return condition.names.every(named);
  const parts = condition.of.map((part) => holds(part, detections, event, lists));
  return condition.op === "and" ? !parts.includes(false) : parts.includes(true);
}

function fits(detection: Detection, event: unknown, lists: Lists): boolean {
  switch (detection.kind) {
    case "all":
      return detection.of.every((part) => fits(part, event, lists));
    case "any":
      return detection.of.some((part) => fits(part, event, lists));
    case "group":
      return holds(detection.condition, detection.detections, event, lists);
    case "block": {
      const { literal } = detection;
      if (literal && itemsOf(literal).some(({ field }) => valuesAt(event, field!) !== undefined)) {
        return fits(literal, event, lists);
      }
      const elements = elementsAt(event, detection.field, detection.quantifier);
      const results = elements.map((element) => fits(detection.body, element, lists));
      if (detection.quantifier === "none") return !results.includes(true);
      if (detection.quantifier === "all_or_empty") return !results.includes(false);
      if (detection.quantifier === "all") return results.length > 0 && !results.includes(false);
      return results.includes(true);
    }
    case "item":
      return itemFits(detection, event, lists);
  }
}

function itemFits(item: DetectionItem, event: unknown, lists: Lists): boolean {
  const members = item.field === null ? everyScalar(event) : valuesAt(event, item.field);
  const texts = (members ?? []).flat(Infinity).flatMap(textOf);
  const other = (field: string) => (valuesAt(event, field) ?? []).flat(Infinity).flatMap(textOf);
  const results = item.values.map((value, index) =>
    [value, item.written?.[index] ?? value]
      .flatMap((each) => naiveTests(each, item, lists))
      .some((test) => test({ members, texts, other }))
  );
  const result = item.modifiers.includes("all") ? !results.includes(false) : results.includes(true);
  return item.modifiers.includes("neq") ? !result : result;
}

function itemsOf(detection: Detection): DetectionItem[] {
  if (detection.kind === "item") return [detection];
  return "of" in detection ? detection.of.flatMap(itemsOf) : [];
}

function textOf(value: unknown): string[] {
  return ["string", "number", "boolean"].includes(typeof value) ? [String(value)] : [];
}

/** The value of a field; undefined when the field is absent. */
export function valuesAt(value: unknown, field: string): unknown[] | undefined {
  if (field === ".") return [value];
  if (Array.isArray(value)) {
    const found = value.map((member) => valuesAt(member, field)).filter((each) =>
      each !== undefined
    );
    return found.length > 0 ? found.flat() : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, field)) return [Reflect.get(value, field)];
  const dots = [...field].flatMap((unit, index) => unit === "." ? [index] : []).reverse();
  for (const dot of dots) {
    const [head, tail] = [field.slice(0, dot), field.slice(dot + 1)];
    if (!Object.hasOwn(value, head)) continue;
    const found = valuesAt(Reflect.get(value, head), tail);
    if (found !== undefined) return found;
  }
  return undefined;
}

function elementsAt(event: unknown, field: string, quantifier: string | number): unknown[] {
  const arrays = (valuesAt(event, field) ?? []).map((value) =>
    Array.isArray(value) ? value : value === null ? [] : [value]
  );
  if (typeof quantifier !== "number") return arrays.flat();
  return arrays.flatMap((array) => {
    const at = quantifier < 0 ? array.length + quantifier : quantifier;
    return at in array ? [array[at]] : [];
  });
}

function everyScalar(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [value];
  return Object.values(value).flatMap(everyScalar);
}

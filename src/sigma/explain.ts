import type { CompiledItem } from "./compile/compile_item.ts";
import type { CompiledNode } from "./compile/compiled_node.ts";
import type { CompiledRule } from "./compile/compile_rule.ts";
import type { EventView } from "./match/event_view.ts";
import type { SigmaRule } from "./sigma_rule.ts";

/** Why a part of a rule holds or does not, with the parts below it. */
export interface Explanation {
  /** The kind of part: a condition, a search identifier, an item, one of its values. */
  kind:
    | "rule"
    | "correlation"
    | "group"
    | "all"
    | "any"
    | "not"
    | "item"
    | "value"
    | "block"
    | "element";
  /** The part in words, such as "selection" or "event|contains". */
  text: string;
  /** Whether it holds for the event. */
  matched: boolean;
  /** The values of the field in the event, cut to a readable length; for items and groups. */
  found?: string[];
  /** How many more values the field has; absent if all are shown. */
  moreFound?: number;
  /** The parts below; of many, the ones that decide come before the others. */
  of: Explanation[];
  /** How many more parts there are; absent if all are shown. */
  more?: number;
}

/** A value of the event that made a rule match. */
export interface MatchedField {
  /** The search identifier. */
  detection: string;
  /** The field, with arrays as "resources[any].name"; "" for keywords. */
  field: string;
  /** The modifiers of the item. */
  modifiers: string[];
  /** The value in the event, cut to 1,000 characters; missing if the item is about absence. */
  value?: string;
  /** The value in the rule. */
  wanted: string | number | boolean | null;
}

const MAX_FOUND = 5;
const MAX_VALUES = 10;
const MAX_PARTS = 20;
const MAX_FOUND_LENGTH = 200;
const MAX_VALUE_LENGTH = 1_000;

/**
 * Explains, item by item, why a rule matches an event or why it does not.
 *
 * @param rule The rule.
 * @param compiled Its compiled conditions.
 * @param view The view that shows the event.
 * @returns A tree: the rule, then its conditions with the filters that apply, then their parts.
 */
export function explain(
  rule: SigmaRule,
  compiled: readonly CompiledRule[],
  view: EventView,
): Explanation {
  const of = compiled.map(({ node }) => explainNode(node, view));
  return { kind: "rule", text: rule.title, matched: of.some(({ matched }) => matched), of };
}

/**
 * The values of an event that made a rule match.
 *
 * Parts under `not` are left out, since nothing in the event makes them hold, and so are filters,
 * which are not part of the rule.
 *
 * @param compiled The compiled conditions of the rule.
 * @param view The view that shows the event.
 * @returns Each field once per search identifier and value; empty if the rule does not match.
 */
export function matchedFields(
  compiled: readonly CompiledRule[],
  view: EventView,
): MatchedField[] {
  const fields = new Map<string, MatchedField>();
  for (const { node, own } of compiled) {
    if (node.check(view)) collect(own, view, { detection: "", prefix: "" }, fields);
  }
  return [...fields.values()];
}

function explainNode(node: CompiledNode, view: EventView): Explanation {
  const matched = node.check(view);
  const named = (text: string) => node.name === undefined ? text : `${node.name}: ${text}`;
  switch (node.kind) {
    case "item": {
      const { compiled, slot } = node;
      const members = view.slot(slot);
      const found = members.texts.slice(0, Math.min(members.count, MAX_FOUND));
      const tests = compiled.tests.map((test) => ({
        test,
        matched: test.find(members, view) >= 0,
      }));
      const shown = deciding(tests, ({ matched }) => matched !== compiled.all, MAX_VALUES);
      return {
        kind: "item",
        text: named(itemText(compiled)),
        matched,
        found: found.map((text) => cut(text, MAX_FOUND_LENGTH)),
        ...(members.count > MAX_FOUND ? { moreFound: members.count - MAX_FOUND } : {}),
        of: shown.map(({ test, matched }) => ({ kind: "value", text: test.says, matched, of: [] })),
        ...moreOf(tests, shown),
      };
    }
    case "not":
      return { kind: "not", text: named("not"), matched, of: [explainNode(node.of, view)] };
    case "block":
      if (node.literal?.isThere(view)) return explainNode(node.literal.node, view);
      return {
        kind: "block",
        text: named(blockText(node)),
        matched,
        ...explainElements(node, view),
      };
    default: {
      const text = named(node.kind === "all" ? "all of these" : "any of these");
      const isAll = node.kind === "all";
      const shown = deciding(node.of, (part) => part.check(view) !== isAll, MAX_PARTS);
      return {
        kind: node.kind,
        text,
        matched,
        of: shown.map((part) => explainNode(part, view)),
        ...moreOf(node.of, shown),
      };
    }
  }
}

type BlockNode = CompiledNode & { kind: "block" };

function explainElements(
  node: BlockNode,
  outer: EventView,
): Pick<Explanation, "of" | "more"> {
  const elements = elementsOf(node, outer);
  const numbers = [...elements.keys()];
  const isAll = node.quantifier === "all" || node.quantifier === "all_or_empty";
  const decides = (number: number) => {
    node.view.show(elements[number]);
    return node.body.check(node.view) !== isAll;
  };
  const shown = deciding(numbers, decides, MAX_PARTS);
  const of = shown.map((number): Explanation => {
    node.view.show(elements[number]);
    const body = explainNode(node.body, node.view);
    return { kind: "element", text: `element ${number}`, matched: body.matched, of: [body] };
  });
  return { of, ...moreOf(numbers, shown) };
}

/** Some of many parts in their order: those that decide, then the first of the others. */
function deciding<T>(
  parts: readonly T[],
  decides: (part: T) => boolean,
  max: number,
): readonly T[] {
  if (parts.length <= max) return parts;
  const all = parts.map((part, at) => ({ part, at, decides: decides(part) }));
  return all.toSorted((a, b) => Number(b.decides) - Number(a.decides) || a.at - b.at)
    .slice(0, max).toSorted((a, b) => a.at - b.at).map(({ part }) => part);
}

function moreOf(all: readonly unknown[], shown: readonly unknown[]): Pick<Explanation, "more"> {
  return all.length > shown.length ? { more: all.length - shown.length } : {};
}

function elementsOf({ elements }: BlockNode, outer: EventView): unknown[] {
  elements.fill(outer.event);
  const copy = elements.elements.slice(0, elements.count);
  elements.clear();
  return copy;
}

function collect(
  node: CompiledNode,
  view: EventView,
  place: { detection: string; prefix: string },
  fields: Map<string, MatchedField>,
): void {
  const { prefix } = place;
  const detection = node.name !== undefined && prefix === "" ? node.name : place.detection;
  if (node.kind === "not" || !node.check(view)) return;
  if (node.kind === "block" && node.literal?.isThere(view)) {
    collect(node.literal.node, view, { detection, prefix }, fields);
  } else if (node.kind === "block") {
    const inner = { detection, prefix: `${prefix}${blockText(node)}.` };
    for (const element of elementsOf(node, view)) {
      node.view.show(element);
      collect(node.body, node.view, inner, fields);
    }
  } else if (node.kind === "item") {
    collectItem(node, view, { detection, prefix }, fields);
  } else {
    for (const part of node.of) collect(part, view, { detection, prefix }, fields);
  }
}

function collectItem(
  { compiled, slot }: CompiledNode & { kind: "item" },
  view: EventView,
  { detection, prefix }: { detection: string; prefix: string },
  fields: Map<string, MatchedField>,
): void {
  const { item, tests, negated } = compiled;
  const members = view.slot(slot);
  const field = `${prefix}${item.field ?? ""}`;
  tests.forEach((test, index) => {
    const at = test.find(members, view);
    if (at < 0 !== negated) return;
    const value = members.texts[negated ? 0 : at];
    const matched: MatchedField = {
      detection,
      field,
      modifiers: item.modifiers,
      ...(value !== undefined && members.count > 0 ? { value: cut(value, MAX_VALUE_LENGTH) } : {}),
      wanted: item.values[index] ?? null,
    };
    fields.set(JSON.stringify([detection, field, matched.value, matched.wanted]), matched);
  });
}

function itemText({ item }: CompiledItem): string {
  return [item.field ?? "keywords", ...item.modifiers].join("|");
}

function blockText({ field, quantifier }: { field: string; quantifier: string | number }): string {
  return `${field}[${quantifier}]`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

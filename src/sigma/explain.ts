import type { CompiledItem } from "./compile/compile_item.ts";
import type { CompiledNode } from "./compile/compiled_node.ts";
import type { CompiledRule } from "./compile/compile_rule.ts";
import type { EventView } from "./match/event_view.ts";
import { type BlockNode, blockNodeText, cut, elementsOf } from "./matched_fields.ts";
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

const MAX_FOUND = 5;
const MAX_VALUES = 10;
const MAX_PARTS = 20;
const MAX_FOUND_LENGTH = 200;

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
        text: named(blockNodeText(node)),
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

function itemText({ item }: CompiledItem): string {
  return [item.field ?? "keywords", ...item.modifiers].join("|");
}

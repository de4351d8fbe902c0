import type { CompiledNode } from "./compile/compiled_node.ts";
import type { CompiledRule } from "./compile/compile_rule.ts";
import type { EventView } from "./match/event_view.ts";

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

const MAX_VALUE_LENGTH = 1_000;

/** A compiled block, such as `resources[any]`. */
export type BlockNode = CompiledNode & { kind: "block" };

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
    const inner = { detection, prefix: `${prefix}${blockNodeText(node)}.` };
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

/** The elements of the array that a block is about. */
export function elementsOf({ elements }: BlockNode, outer: EventView): unknown[] {
  elements.fill(outer.event);
  const copy = elements.elements.slice(0, elements.count);
  elements.clear();
  return copy;
}

/** A block as its rule writes it, such as `resources[any]`. */
export function blockNodeText(
  { field, quantifier }: { field: string; quantifier: string | number },
): string {
  return `${field}[${quantifier}]`;
}

/** A text that is cut to a length. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

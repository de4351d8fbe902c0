import { ElementSlot } from "../match/element_slot.ts";
import { EventView } from "../match/event_view.ts";
import type {
  Condition,
  Detection,
  DetectionBlock,
  DetectionItem,
  NamedDetection,
  Quantifier,
} from "../sigma_rule.ts";
import { type CompiledItem, compileItem, type ItemProblem } from "./compile_item.ts";
import type { ItemScope } from "./work.ts";
import { allOf, anyOf, type Check, type CompiledNode, notOf } from "./compiled_node.ts";

/** The context in which a detection is compiled. */
export interface DetectionScope {
  /** The fields that the detection names: those of the event, or of an array element. */
  view: EventView;
  /** The arrays on the way from the event to that element. */
  chain: readonly string[];
  /** The lists for `expand`. */
  placeholders?: ItemScope["placeholders"];
  /** Where regular expressions come from. */
  regexes: ItemScope["regexes"];
  /** Receives each problem with the item it belongs to. */
  report: (item: DetectionItem, problem: ItemProblem) => void;
}

/** Replaces a part with problems: the rule is refused, so this never runs. */
const NEVER: CompiledNode = { kind: "any", of: [], check: () => false };

/**
 * Compiles the detection under a search identifier.
 *
 * @param detection As parsed.
 * @param scope Its context.
 * @returns The compiled part; meaningless if problems were reported.
 */
export function compileDetection(detection: Detection, scope: DetectionScope): CompiledNode {
  switch (detection.kind) {
    case "item":
      return itemNode(detection, scope);
    case "block":
      return blockNode(detection, scope);
    case "group":
      return compileCondition(detection.condition, compileNamed(detection.detections, scope));
    case "all":
      return allOf(detection.of.map((part) => compileDetection(part, scope)));
    case "any":
      return anyOf(detection.of.map((part) => compileDetection(part, scope)));
  }
}

/** Compiles each search identifier once, however often conditions use it. */
export function compileNamed(
  detections: readonly NamedDetection[],
  scope: DetectionScope,
): Map<string, CompiledNode> {
  return new Map(
    detections.map(({ name, detection }) => [
      name,
      { ...compileDetection(detection, scope), name },
    ]),
  );
}

/** Compiles a condition over compiled search identifiers. */
export function compileCondition(
  condition: Condition,
  named: ReadonlyMap<string, CompiledNode>,
): CompiledNode {
  switch (condition.op) {
    case "name":
      return named.get(condition.name) ?? NEVER;
    case "not":
      return notOf(compileCondition(condition.of, named));
    case "and":
      return allOf(condition.of.map((part) => compileCondition(part, named)));
    case "or":
      return anyOf(condition.of.map((part) => compileCondition(part, named)));
    case "all of":
      return allOf(condition.names.map((name) => named.get(name) ?? NEVER));
    case "1 of":
      return anyOf(condition.names.map((name) => named.get(name) ?? NEVER));
  }
}

function itemNode(item: DetectionItem, scope: DetectionScope): CompiledNode {
  const { view, chain, placeholders, regexes, report } = scope;
  const fieldNumber = (field: string) => view.field([field]);
  const result = compileItem(item, { fieldNumber, placeholders, regexes });
  if ("problems" in result) {
    for (const problem of result.problems) report(item, problem);
    return NEVER;
  }
  const { compiled } = result;
  const slot = view.field(item.field === null ? null : [item.field]);
  const path = item.field === null ? null : [...chain, item.field];
  const check = itemCheck(compiled, slot);
  const node: CompiledNode = { kind: "item", compiled, slot, chain: path, check };
  return node;
}

function itemCheck({ tests, all, negated }: CompiledItem, slot: number): Check {
  const [only] = tests;
  if (tests.length === 1) {
    return (view) => only!.find(view.slot(slot), view) >= 0 !== negated;
  }
  return (view) => {
    const members = view.slot(slot);
    for (let index = 0; index < tests.length; index++) {
      const found = tests[index]!.find(members, view) >= 0;
      if (found !== all) return found !== negated;
    }
    return all !== negated;
  };
}

function blockNode(block: DetectionBlock, scope: DetectionScope): CompiledNode {
  const view = new EventView();
  const { field, quantifier } = block;
  const body = compileDetection(block.body, { ...scope, view, chain: [...scope.chain, field] });
  const elements = new ElementSlot(field, quantifier);
  const { check: fits } = body;
  const decide = DECISIONS[typeof quantifier === "number" ? "any" : quantifier];
  const literal = block.literal && literalNode(block.literal, scope);
  const check: Check = (outer) => {
    if (literal?.isThere(outer)) return literal.node.check(outer);
    elements.fill(outer.event);
    let matching = 0;
    const { count } = elements;
    for (let index = 0; index < count; index++) {
      view.show(elements.elements[index]);
      if (fits(view)) matching++;
    }
    elements.clear();
    view.show(undefined);
    return decide(matching, count);
  };
  const node: CompiledNode = { kind: "block", field, quantifier, elements, view, body, check };
  return literal ? { ...node, literal } : node;
}

/** The same lines about fields of these names, and whether the event has one of them. */
function literalNode(
  literal: Detection,
  scope: DetectionScope,
): { node: CompiledNode; isThere: Check } {
  const { view } = scope;
  const items = literal.kind === "item" ? [literal] : literal.kind === "all" ? literal.of : [];
  const slots = items.flatMap((item) =>
    item.kind === "item" && item.field !== null ? [view.field([item.field])] : []
  );
  return {
    // What is wrong with an item has been reported for the body.
    node: compileDetection(literal, { ...scope, report: () => {} }),
    isThere(view) {
      for (const slot of slots) if (view.slot(slot).present) return true;
      return false;
    },
  };
}

/** How many elements must match, by quantifier. */
const DECISIONS: Readonly<
  Record<Exclude<Quantifier, number>, (matching: number, count: number) => boolean>
> = {
  any: (matching) => matching > 0,
  all: (matching, count) => count > 0 && matching === count,
  all_or_empty: (matching, count) => matching === count,
  none: (matching) => matching === 0,
};

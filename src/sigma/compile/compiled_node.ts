import type { ElementSlot } from "../match/element_slot.ts";
import type { EventView } from "../match/event_view.ts";
import type { Quantifier } from "../sigma_rule.ts";
import type { CompiledItem } from "./compile_item.ts";

/** Whether the event in the view satisfies a part of a rule. */
export type Check = (view: EventView) => boolean;

/** A compiled part of a rule: its check, and the structure for the index and explanations. */
export type CompiledNode =
  & { check: Check; /** The search identifier, if the part is one. */ name?: string }
  & (
    | { kind: "item"; compiled: CompiledItem; slot: number; chain: readonly string[] | null }
    | { kind: "all" | "any"; of: readonly CompiledNode[] }
    | { kind: "not"; of: CompiledNode }
    | {
      kind: "block";
      field: string;
      quantifier: Quantifier;
      elements: ElementSlot;
      view: EventView;
      body: CompiledNode;
      /** What counts for an event with a field that has the name of the whole path. */
      literal?: { node: CompiledNode; isThere: Check };
    }
  );

/** Holds if every part holds. */
export function allOf(of: readonly CompiledNode[]): CompiledNode {
  if (of.length === 1) return of[0]!;
  const checks = of.map(({ check }) => check);
  return {
    kind: "all",
    of,
    check(view) {
      for (let index = 0; index < checks.length; index++) if (!checks[index]!(view)) return false;
      return true;
    },
  };
}

/** Holds if at least one part holds. */
export function anyOf(of: readonly CompiledNode[]): CompiledNode {
  if (of.length === 1) return of[0]!;
  const checks = of.map(({ check }) => check);
  return {
    kind: "any",
    of,
    check(view) {
      for (let index = 0; index < checks.length; index++) if (checks[index]!(view)) return true;
      return false;
    },
  };
}

/** Holds if the part does not. */
export function notOf(of: CompiledNode): CompiledNode {
  const { check } = of;
  return { kind: "not", of, check: (view) => !check(view) };
}

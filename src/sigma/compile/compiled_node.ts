import type { ElementSlot } from "../match/element_slot.ts";
import type { EventView } from "../match/event_view.ts";
import type { Quantifier } from "../sigma_rule.ts";
import type { CompiledItem } from "./compile_item.ts";

/** Whether the event in the view fits. */
export type Check = (view: EventView) => boolean;

/** A compiled part of a rule: the check, and the structure that the index and explanations read. */
export type CompiledNode =
  & { check: Check; /** The search identifier, where the part is one. */ name?: string }
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
    }
  );

/** All parts have to hold. */
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

/** One part has to hold. */
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

/** The part must not hold. */
export function notOf(of: CompiledNode): CompiledNode {
  const { check } = of;
  return { kind: "not", of, check: (view) => !check(view) };
}

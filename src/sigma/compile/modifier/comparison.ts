import type { FieldSlot } from "../../match/field_slot.ts";
import type { ValueTest } from "../value_test.ts";
import { ItemError } from "../../sigma_error.ts";
import { type Comparison, rawValue, type Step } from "../work.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Integers that do not fit a double arrive as strings. */
const TOO_LONG = /^[+-]?\d{16,}$/;

/** The usual signs of comparisons. */
export const SIGNS: Readonly<Record<Comparison, string>> = {
  eq: "=",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
};

/** `gt`, `gte`, `lt`, `lte`: of a number, or of the part of a date named before them. */
export const comparisonStep: Step = (work, context) => {
  const comparison = context.modifier as Comparison;
  if (work.kind === "time" && work.comparison === "eq") return { ...work, comparison };
  const raw = rawValue(work, context);
  if (typeof raw === "number") return { kind: "number", comparison, bound: raw };
  const text = String(raw);
  if (TOO_LONG.test(text)) return { kind: "number", comparison, bound: Number(text) };
  const found = typeof raw === "string" ? `the string '${text.slice(0, 60)}'` : text;
  const message = `The modifier '${comparison}' requires a number, found ${found}`;
  const advice = NUMBER.test(text) ? `write ${text} without quotes` : undefined;
  throw new ItemError("value-type", message, advice);
};

/** Compiles a comparison to a test; strings that are decimal numbers count as numbers. */
export function comparisonTest(comparison: Comparison, bound: number): ValueTest {
  return {
    says: `is ${SIGNS[comparison]} ${bound}`,
    needs: [[{ kind: "number", comparison, bound }]],
    find: (slot) => findNumber(slot, comparison, bound),
  };
}

/** The number that a string represents, or NaN. */
export function numberOf(text: string): number {
  return text.length < 40 && NUMBER.test(text) ? Number(text) : NaN;
}

/** Whether a comparison holds; never for NaN. */
export function compares(value: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case "eq":
      return value === bound;
    case "gt":
      return value > bound;
    case "gte":
      return value >= bound;
    case "lt":
      return value < bound;
    case "lte":
      return value <= bound;
  }
}

function findNumber(slot: FieldSlot, comparison: Comparison, bound: number): number {
  for (let index = 0; index < slot.count; index++) {
    if (compares(numberOf(slot.texts[index]!), comparison, bound)) return index;
  }
  return -1;
}

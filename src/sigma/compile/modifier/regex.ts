import type { FieldSlot } from "../../match/field_slot.ts";
import { canonicalModifier } from "../../modifiers.ts";
import type { LinearRegex } from "../../regex/linear_regex.ts";
import type { Clause, ValueTest } from "../value_test.ts";
import { ItemError } from "../../sigma_error.ts";
import { misfit, rawValue, type Step } from "../work.ts";

/** `re`: the value as written is a pattern, which may match anywhere in the field. */
export const regexStep: Step = (work, context) => {
  const raw = rawValue(work, context);
  if (raw === null || typeof raw === "boolean") throw misfit(work, context);
  return { kind: "regex", source: String(raw), flags: new Set(), place: "contains" };
};

/** `i`, `m`, `s` after `re`. */
export const regexFlagStep: Step = (work, context) => {
  if (work.kind !== "regex") {
    const message = `The modifier '${context.modifier}' is a flag of 're' and must follow it`;
    throw new ItemError("modifier-order", message, `re|${context.modifier}`);
  }
  return { ...work, flags: new Set([...work.flags, canonicalModifier(context.modifier)]) };
};

/** Makes a test of a regular expression. */
export function regexTest(regex: LinearRegex): ValueTest {
  const { source, flags } = regex.compiled;
  return {
    says: `has a match of /${source}/${flags}`,
    needs: needsOf(regex),
    find: (slot) => findMatch(slot, regex),
  };
}

function needsOf(regex: LinearRegex): Clause[] {
  const { anywhere, atStart } = regex.compiled;
  const literals = (kind: "literal" | "prefix", texts: readonly string[]): Clause => {
    return texts.map((text) => ({ kind, text }));
  };
  return [
    ...(atStart.length > 0 ? [literals("prefix", atStart)] : []),
    ...anywhere.map((texts) => literals("literal", texts)),
    [{ kind: "regex", regex }],
  ];
}

function findMatch(slot: FieldSlot, regex: LinearRegex): number {
  for (let index = 0; index < slot.count; index++) {
    if (regex.test(slot.texts[index]!)) return index;
  }
  return -1;
}

import { type ModifierFamily, MODIFIERS } from "../modifiers.ts";
import type { ProblemCode } from "../problem.ts";
import type { DetectionItem } from "../sigma_rule.ts";
import { ValueCompiler } from "./compile_value.ts";
import type { ItemScope } from "./work.ts";
import { UnknownList } from "./modifier/expand.ts";
import type { ValueTest } from "./value_test.ts";
import { ItemError } from "../sigma_error.ts";

/** An item whose values are compiled. */
export interface CompiledItem {
  /** As parsed. */
  item: DetectionItem;
  /** One test for each value of the item, in the same order. */
  tests: readonly ValueTest[];
  /** Whether every value must be found; otherwise one is enough. */
  all: boolean;
  /** Whether the item as a whole is negated. */
  negated: boolean;
}

/** Why an item cannot be compiled. */
export interface ItemProblem {
  /** The kind. */
  code: ProblemCode;
  /** One sentence. */
  message: string;
  /** What to write instead. */
  suggestion?: string;
  /** The index of the value that is wrong; absent if it is the key. */
  value?: number;
}

/**
 * Compiles an item: every value goes through the modifiers in the order written.
 *
 * @param item As parsed.
 * @param scope Its context.
 * @returns The tests, or all problems.
 */
export function compileItem(
  item: DetectionItem,
  scope: ItemScope,
): { compiled: CompiledItem } | { problems: ItemProblem[] } {
  const problems: ItemProblem[] = keyProblems(item);
  if (problems.length > 0) return { problems };
  const tests: ValueTest[] = [];
  const compiler = new ValueCompiler(item, scope);
  item.values.forEach((value, index) => {
    try {
      tests.push(compiler.test(value, item.written?.[index] ?? undefined));
    } catch (error) {
      if (error instanceof UnknownList) return;
      if (!(error instanceof ItemError)) throw error;
      const { code, message, suggestion } = error;
      problems.push({ code, message, value: index, ...(suggestion ? { suggestion } : {}) });
    }
  });
  if (problems.length > 0) return { problems };
  const all = item.modifiers.includes("all");
  return { compiled: { item, tests, all, negated: item.modifiers.includes("neq") } };
}

/**
 * Checks an item; compiles its values only if that could fail.
 *
 * @param item As parsed.
 * @param scope Compiles regular expressions, and has the lists for `expand`, if they are known.
 * @returns All problems.
 */
export function checkItem(
  item: DetectionItem,
  scope: Omit<ItemScope, "fieldNumber">,
): ItemProblem[] {
  const { modifiers, values } = item;
  if (modifiers.length === 0 && item.field !== null) return [];
  const cannotFail = modifiers.every((name) => MODIFIERS.get(name)?.cannotFail);
  if (cannotFail && !values.includes(null)) return keyProblems(item);
  const result = compileItem(item, { ...scope, fieldNumber: () => 0 });
  return "problems" in result ? result.problems : [];
}

/** Problems of the modifiers that do not depend on the values. */
function keyProblems({ field, modifiers, values }: DetectionItem): ItemProblem[] {
  if (modifiers.length === 0) return [];
  const problems: ItemProblem[] = [];
  const problem = (message: string) => problems.push({ code: "modifier-combination", message });
  const byFamily = new Map<ModifierFamily, string[]>();
  modifiers.forEach((name, index) => {
    const facts = MODIFIERS.get(name);
    if (facts === undefined) {
      problems.push({ code: "modifier-unknown", message: `Unknown modifier '${name}'` });
      return;
    }
    const before = byFamily.get(facts.family);
    if (before) before.push(name);
    else byFamily.set(facts.family, [name]);
    if (modifiers.indexOf(name) < index && !facts.repeats) {
      problem(`Duplicate modifier '${name}'`);
    } else if (field === null && !facts.keywords) {
      problem(`The modifier '${name}' requires a field, and keywords have none`);
    }
  });
  for (const [family, names] of byFamily) {
    const { after, alone, repeats = 1 } = MODIFIERS.get(names[0]!)!;
    if (alone && (modifiers.length > 1 || values.length > 1)) {
      problem(`The modifier '${names[0]}' must be the only modifier, with exactly one value`);
    }
    if (after === undefined || names.length === 1) continue;
    if (!after.includes(family)) {
      problem(`The modifiers '${names.join("' and '")}' exclude each other`);
    } else if (repeats > 1 && names.length > repeats) {
      problem(`A value can go through at most ${repeats} encodings`);
    }
  }
  return problems;
}

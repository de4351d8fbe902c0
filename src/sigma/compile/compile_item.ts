import { type ModifierFamily, MODIFIERS } from "../modifiers.ts";
import type { ProblemCode } from "../problem.ts";
import type { DetectionItem } from "../sigma_rule.ts";
import { ValueCompiler } from "./compile_value.ts";
import type { ItemScope } from "./item_scope.ts";
import { UnknownList } from "./placeholder_step.ts";
import type { ValueTest } from "./value_test.ts";
import { ItemError } from "./work.ts";

/** An item whose values are compiled. */
export interface CompiledItem {
  /** As parsed. */
  item: DetectionItem;
  /** One test for each value of the item, in the same order. */
  tests: readonly ValueTest[];
  /** Whether every value has to be found; otherwise one is enough. */
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
  /** Which value is to blame; absent when it is the key. */
  value?: number;
}

/** Modifiers of these families work on keywords; the others need a field. */
const KEYWORD_FAMILIES: readonly ModifierFamily[] = [
  "link",
  "place",
  "case",
  "negation",
  "regex",
  "regex-flag",
  "dash",
  "encoding",
  "placeholder",
];

/**
 * Compiles an item: every value goes through the modifiers in the written order.
 *
 * @param item As parsed.
 * @param scope What is around it.
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
      tests.push(compiler.test(value));
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

/** Each encoding may double a value, or make three of it. */
const MOST_ENCODINGS = 4;

/** With these alone, a value that is not null always compiles. */
const HARMLESS: readonly ModifierFamily[] = ["link", "place", "case", "negation", "dash"];

/**
 * Checks an item without making tests for it where nothing can go wrong.
 *
 * @param item As parsed.
 * @returns All problems.
 */
export function checkItem(item: DetectionItem): ItemProblem[] {
  const { modifiers, values } = item;
  if (modifiers.length === 0 && item.field !== null) return [];
  const harmless = modifiers.every((name) => HARMLESS.includes(MODIFIERS.get(name)!.family));
  if (harmless && !values.includes(null)) return keyProblems(item);
  const result = compileItem(item, { fieldNumber: () => 0 });
  return "problems" in result ? result.problems : [];
}

/** What is wrong with the modifiers whatever the values are. */
function keyProblems({ field, modifiers, values }: DetectionItem): ItemProblem[] {
  if (modifiers.length === 0) return [];
  const problems: ItemProblem[] = [];
  const problem = (message: string, suggestion?: string) => {
    const code = "modifier-combination";
    problems.push({ code, message, ...(suggestion ? { suggestion } : {}) });
  };
  const families = modifiers.map((name) => MODIFIERS.get(name)?.family);
  modifiers.forEach((name, index) => {
    const family = families[index];
    if (family === undefined) {
      problems.push({ code: "modifier-unknown", message: `Unknown modifier '${name}'` });
    } else if (modifiers.indexOf(name) < index && family !== "encoding") {
      problem(`The modifier '${name}' stands twice`);
    } else if (field === null && !KEYWORD_FAMILIES.includes(family)) {
      problem(`The modifier '${name}' needs a field: keywords have none`);
    }
  });
  if (families.filter((family) => family === "encoding").length > MOST_ENCODINGS) {
    problem(`More than ${MOST_ENCODINGS} encodings of one value`);
  }
  for (const family of ["place", "comparison", "time"] as const) {
    const several = modifiers.filter((_, index) => families[index] === family);
    if (several.length > 1) {
      problem(`The modifiers '${several.join("' and '")}' exclude each other`);
    }
  }
  if (modifiers.includes("exists") && (modifiers.length > 1 || values.length > 1)) {
    problem("The modifier 'exists' stands alone, with one value");
  }
  return problems;
}

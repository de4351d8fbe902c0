import { type ModifierFamily, MODIFIERS } from "../modifiers.ts";
import type { ProblemCode } from "../problem.ts";
import type { DetectionItem, SigmaValue } from "../sigma_rule.ts";
import { comparisonTest } from "./comparison_steps.ts";
import { networkTest } from "./network_step.ts";
import { UnknownList } from "./placeholder_step.ts";
import { placeStep } from "./place_steps.ts";
import { existsTest, nullTest } from "./presence_step.ts";
import { referenceTest } from "./reference_step.ts";
import { regexTest } from "./regex_steps.ts";
import { STEPS } from "./steps.ts";
import { parseTextParts } from "./text_parts.ts";
import { TextTest } from "./text_test.ts";
import { timeTest } from "./time_steps.ts";
import type { ValueTest } from "./value_test.ts";
import { ItemError, type StepContext, type Work } from "./work.ts";

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

/** What compiling an item needs from around it. */
export interface ItemScope {
  /** Numbers a field that `fieldref` points at. */
  fieldNumber: (field: string) => number;
  /** The lists for `expand`; undefined while a file is only checked. */
  placeholders?: StepContext["placeholders"];
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
  const tests: ValueTest[] = [];
  if (problems.length > 0) return { problems };
  item.values.forEach((value, index) => {
    try {
      tests.push(valueTest(value, item, scope));
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

function valueTest(value: SigmaValue, item: DetectionItem, scope: ItemScope): ValueTest {
  let works = [startOf(value, item)];
  for (const modifier of item.modifiers) {
    const context = { modifier, item, placeholders: scope.placeholders };
    const step = STEPS[MODIFIERS.get(modifier)!.family];
    works = works.flatMap((work) => step(work, context));
  }
  return anyOf(works.map((work) => testOf(work, item, scope)));
}

function startOf(value: SigmaValue, { field, modifiers }: DetectionItem): Work {
  if (value !== null) {
    const text = String(value);
    const expands = modifiers.includes("expand");
    return { kind: "text", parts: parseTextParts(text, expands), raw: value };
  }
  if (field !== null) return { kind: "null" };
  throw new ItemError("value-type", "A keyword has to be a text or a number, found null");
}

function testOf(work: Work, { field, modifiers }: DetectionItem, scope: ItemScope): ValueTest {
  const cased = modifiers.includes("cased");
  if (cased && work.kind !== "text" && work.kind !== "reference") {
    const message = "The modifier 'cased' applies to texts; 're' heeds case without it";
    throw new ItemError("modifier-combination", message);
  }
  switch (work.kind) {
    case "text":
      return new TextTest(field === null ? keywordParts(work, modifiers) : work.parts, cased);
    case "null":
      return nullTest();
    case "exists":
      return existsTest(work.wanted);
    case "regex":
      return regexTest(work.source, work.flags, work.place);
    case "network":
      return networkTest(work.text);
    case "number":
      return comparisonTest(work.comparison, work.bound);
    case "time":
      return timeTest(work.part, work.comparison, work.wanted);
    case "reference":
      return referenceTest(work.field, scope.fieldNumber(work.field), work.place, cased);
  }
}

/** A keyword may stand anywhere in a text, unless a modifier says where. */
function keywordParts(work: Work & { kind: "text" }, modifiers: readonly string[]) {
  const placed = modifiers.some((name) => MODIFIERS.get(name)?.family === "place");
  if (placed) return work.parts;
  const context = { modifier: "contains", item: undefined as never, placeholders: undefined };
  return (placeStep(work, context) as typeof work).parts;
}

/** Several texts that one value stands for; any of them will do, also under `all`. */
function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [only] = tests;
  if (tests.length === 1) return only!;
  return {
    get says() {
      const says = tests.slice(0, 3).map((test) => test.says).join(" or ");
      return tests.length > 3 ? `${says} or ${tests.length - 3} more` : says;
    },
    needs: tests.every(({ needs }) => needs.length > 0)
      ? [tests.flatMap(({ needs }) => needs[0]!)]
      : [],
    find(slot, view) {
      for (const test of tests) {
        const found = test.find(slot, view);
        if (found >= 0) return found;
      }
      return -1;
    },
  };
}

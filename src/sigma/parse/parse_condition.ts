import type { ProblemCode } from "../problem.ts";
import type { Condition } from "../sigma_rule.ts";
import type { SearchNames } from "./search_names.ts";

/** What went wrong in a condition; start and end count units of the condition's text. */
export interface ConditionProblem {
  /** The kind. */
  code: ProblemCode;
  /** One sentence. */
  message: string;
  /** First unit. */
  start: number;
  /** The unit after the last one. */
  end: number;
  /** What to write instead. */
  suggestion?: string;
}

/** A condition, or everything that is wrong with it; the spans say where each part is. */
export interface ConditionResult {
  /** Absent when there are problems. */
  expression?: Condition;
  /** Where the names and `x of` parts are in the text. */
  spans: Map<Condition, readonly [start: number, end: number]>;
  /** Empty when the condition is good. */
  problems: ConditionProblem[];
}

/** The maximum nesting of brackets and `not`, so that no input exhausts the stack. */
const MAX_DEPTH = 100;

/** After these, a condition is not read further: the first problems say enough. */
const MAX_PROBLEMS = 20;

/** Words that cannot be search identifiers; the empty word is the end of the text. */
const OPERATORS = new Set(["and", "or", "not", "(", ")", "|", ""]);

interface Word {
  text: string;
  start: number;
  end: number;
}

/**
 * Parses a condition. Loosest first: `or`, `and`, `not`, `1 of` / `any of` / `all of`, brackets.
 *
 * Operators may be written in any case. See "Condition" in the Sigma rules specification 2.1.0.
 *
 * @param text The condition as written.
 * @param names The search identifiers of the detection.
 * @param noun What the names are called in messages.
 * @returns The expression, or every problem found.
 */
export function parseCondition(
  text: string,
  names: SearchNames,
  noun = "search identifier",
): ConditionResult {
  const spans: ConditionResult["spans"] = new Map();
  const problems: ConditionProblem[] = [];
  const words = wordsOf(text);
  let at = 0;
  let depth = 0;

  const word = () => words[at]!;
  const operator = (offset = 0) => words[at + offset]?.text.toLowerCase() ?? "";
  const problem = (code: ProblemCode, message: string, where: Word, suggestion?: string) => {
    const { start, end } = where;
    problems.push({ code, message, start, end, ...(suggestion ? { suggestion } : {}) });
  };
  const skipRest = () => {
    at = words.length - 1;
    return undefined;
  };

  function joined(op: "and" | "or", next: () => Condition | undefined): Condition | undefined {
    const of = [next()];
    while (operator() === op && problems.length < MAX_PROBLEMS) {
      at++;
      of.push(next());
    }
    const whole = of.filter((part) => part !== undefined);
    if (whole.length < of.length) return undefined;
    return whole.length === 1 ? whole[0] : { op, of: whole };
  }

  const either = (): Condition | undefined => joined("or", both);
  const both = (): Condition | undefined => joined("and", negated);

  function deeper(inner: () => Condition | undefined): Condition | undefined {
    if (depth >= MAX_DEPTH) {
      problem("condition-too-deep", `The condition nests deeper than ${MAX_DEPTH} levels`, word());
      return skipRest();
    }
    depth++;
    const result = inner();
    depth--;
    return result;
  }

  function negated(): Condition | undefined {
    if (operator() !== "not") return operand();
    at++;
    const of = deeper(negated);
    return of && { op: "not", of };
  }

  function operand(): Condition | undefined {
    if (operator() === "(") return bracketed();
    if (OPERATORS.has(operator())) {
      const found = word().text === "" ? "the end" : `'${word().text}'`;
      problem("condition-syntax", `Expected a ${noun}, found ${found}`, word());
      if (word().text !== "" && operator() !== ")" && operator() !== "|") at++;
      return undefined;
    }
    return operator(1) === "of" ? several() : named();
  }

  function bracketed(): Condition | undefined {
    const open = word();
    at++;
    const inner = deeper(either);
    if (operator() === ")") {
      at++;
      return inner;
    }
    if (operator() !== "|" && problems.length === 0) {
      const found = word().text === "" ? "" : `, found '${word().text}'`;
      problem("condition-syntax", `Missing ')' for this '('${found}`, open);
    }
    return undefined;
  }

  function several(): Condition | undefined {
    const quantity = word();
    const target = words[at + 2]!;
    const op = { "1": "1 of", any: "1 of", all: "all of" }[operator()] as "1 of" | "all of";
    at += 2;
    if (OPERATORS.has(target.text.toLowerCase())) {
      problem("condition-syntax", "Expected 'them' or a pattern of names after 'of'", target);
      return undefined;
    }
    at++;
    if (op === undefined) {
      const message =
        `Unknown quantity '${quantity.text}': Sigma has '1 of', 'any of' and 'all of'`;
      problem("condition-syntax", message, quantity, "1 of");
      return undefined;
    }
    const chosen = names.chosenBy(target.text);
    if (chosen === undefined) {
      const message = "The patterns and search identifiers of this detection are too many";
      problem("condition-too-large", message, target);
      return skipRest();
    }
    if (chosen.length === 0) {
      const them = target.text.toLowerCase() === "them";
      const message = them
        ? `'them' matches no ${noun}: every name starts with '_'`
        : `No ${noun} matches '${target.text}'`;
      problem("condition-name", message, target, names.closest(target.text.replaceAll("*", "")));
      return undefined;
    }
    const part: Condition = { op, pattern: target.text, names: chosen };
    spans.set(part, [quantity.start, target.end]);
    return part;
  }

  function named(): Condition | undefined {
    const { text: name } = word();
    if (!names.has(name)) {
      const pattern = /[*?]/.test(name);
      const message = pattern
        ? `The pattern '${name}' needs '1 of' or 'all of' before it`
        : name.toLowerCase() === "them"
        ? "'them' needs '1 of' or 'all of' before it"
        : `Unknown ${noun} '${name}'`;
      const meant = names.closest(name);
      problem("condition-name", message, word(), pattern ? `1 of ${name}` : meant);
      at++;
      return undefined;
    }
    const part: Condition = { op: "name", name };
    spans.set(part, [word().start, word().end]);
    at++;
    return part;
  }

  const expression = either();
  if (operator() === "|") {
    const rest = { text: "", start: word().start, end: text.length };
    const message = "Aggregations after '|' are not part of Sigma 2; " +
      "correlation rules replaced them";
    problem("condition-aggregation", message, rest);
  } else if (word().text !== "" && problems.length === 0) {
    const message = operator() === ")"
      ? "This ')' has no matching '('"
      : `Expected 'and' or 'or' before '${word().text}'`;
    problem("condition-syntax", message, word());
  }
  return problems.length > 0 || !expression ? { spans, problems } : { expression, spans, problems };
}

/**
 * Every search identifier that a condition uses.
 *
 * @param condition The parsed condition.
 * @param found Where the names are added.
 * @returns The names, each once.
 */
export function conditionNames(condition: Condition, found: Set<string> = new Set()): Set<string> {
  if (condition.op === "name") found.add(condition.name);
  else if (condition.op === "not") conditionNames(condition.of, found);
  else if ("names" in condition) { for (const name of condition.names) found.add(name); }
  else for (const part of condition.of) conditionNames(part, found);
  return found;
}

/** Brackets and bars are words of their own; others end at a space. An empty word comes last. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const found of text.matchAll(/[()|]|[^\s()|]+/g)) {
    words.push({ text: found[0], start: found.index, end: found.index + found[0].length });
  }
  words.push({ text: "", start: text.length, end: text.length });
  return words;
}

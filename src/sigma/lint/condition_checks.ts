/**
 * Checks of conditions.
 *
 * @module
 */
import { conditionNames, parseCondition } from "../parse/parse_condition.ts";
import { type Offsets, placeOf } from "../parse/yaml_tree.ts";
import type { Condition } from "../sigma_rule.ts";
import type { Check, Finding } from "./check.ts";
import type { ConditionText, LintDocument } from "./lint_document.ts";

interface Parsed {
  readonly text: ConditionText;
  readonly expression: Condition;
  /** Where a name or an `x of` part stands in the file. */
  place(part: Condition): Offsets;
}

const known = new WeakMap<LintDocument, Parsed[]>();

/** The conditions of a document that can be read, parsed once for all checks. */
function parsed(document: LintDocument): Parsed[] {
  const before = known.get(document);
  if (before) return before;
  const names = [...document.identifiers.keys()];
  const conditions = document.conditions.flatMap((text) => {
    const { expression, spans } = parseCondition(text.text, names);
    if (!expression) return [];
    const place = (part: Condition): Offsets => {
      const span = spans.get(part);
      return span && text.exact ? [text.at[0] + span[0], text.at[0] + span[1]] : text.at;
    };
    return [{ text, expression, place }];
  });
  known.set(document, conditions);
  return conditions;
}

/** Every part of a condition, the outermost first, with whether it stands under an odd number of `not`. */
function* walk(part: Condition, negated = false): Generator<{ part: Condition; negated: boolean }> {
  yield { part, negated };
  if (part.op === "not") yield* walk(part.of, !negated);
  else if (part.op === "and" || part.op === "or") {
    for (const inner of part.of) yield* walk(inner, negated);
  }
}

/** The search identifiers of one part, without those of the parts inside it. */
function ownNames(part: Condition): readonly string[] {
  if (part.op === "name") return [part.name];
  return "names" in part ? part.names : [];
}

/** One line for one meaning, so that equal operands can be told. */
function lineOf(part: Condition): string {
  if (part.op === "name") return part.name;
  if (part.op === "not") return `not(${lineOf(part.of)})`;
  if ("names" in part) {
    return part.names.length === 1 ? part.names[0]! : `${part.op}(${part.names.join(",")})`;
  }
  return `${part.op}(${part.of.map(lineOf).join(",")})`;
}

/** Whether a condition can hold for an event in which no search identifier matches. */
function holdsForNothing(part: Condition): boolean {
  if (part.op === "not") return !holdsForNothing(part.of);
  if (part.op === "and") return part.of.every(holdsForNothing);
  if (part.op === "or") return part.of.some(holdsForNothing);
  return false;
}

function ofConditions(
  code: string,
  severity: Check["severity"],
  summary: string,
  find: (condition: Parsed, document: LintDocument) => Iterable<Finding>,
): Check {
  return {
    code,
    severity,
    summary,
    *run(document) {
      for (const condition of parsed(document)) yield* find(condition, document);
    },
  };
}

/** Checks of conditions. */
export const conditionChecks: readonly Check[] = [
  {
    code: "condition-unused",
    severity: "warning",
    summary: "A search identifier is in no condition.",
    *run(document) {
      const conditions = parsed(document);
      if (conditions.length < document.conditions.length || conditions.length === 0) return;
      const used = new Set(conditions.flatMap(({ expression }) => [...conditionNames(expression)]));
      for (const { key, keyNode } of document.identifiers.values()) {
        if (used.has(key)) continue;
        yield {
          at: placeOf(keyNode),
          message: `'${key}' is in no condition`,
          suggestion: "Use it in the condition or remove it",
        };
      }
    },
  },
  ofConditions(
    "condition-of-them",
    "info",
    "'of them' takes every search identifier, later ones too.",
    function* ({ expression, place }, { identifiers }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "1 of" && part.op !== "all of") continue;
        if (part.pattern.toLowerCase() !== "them") continue;
        const one = identifiers.size === 1;
        yield {
          at: place(part),
          message: one
            ? `'${part.op} them' has one search identifier to choose from`
            : `'${part.op} them' takes in every search identifier that is added later`,
          suggestion: one ? `Write '${part.names[0]}'` : `Write '${part.op} selection_*'`,
        };
      }
    },
  ),
  ofConditions(
    "condition-of-one",
    "info",
    "'1 of' or 'all of' stands before one name, without a wildcard.",
    function* ({ expression, place }) {
      for (const { part } of walk(expression)) {
        // A pattern with one name today is a habit of authors who expect more names.
        if (part.op !== "1 of" && part.op !== "all of" || /[*?]/.test(part.pattern)) continue;
        if (part.pattern.toLowerCase() === "them") continue;
        yield {
          at: place(part),
          message: `'${part.op}' has only '${part.pattern}' to choose from`,
          suggestion: `Write '${part.pattern}', or '${part.op} ${part.pattern}*'`,
        };
      }
    },
  ),
  ofConditions(
    "condition-only-not",
    "warning",
    "The rule matches events in which nothing it names is found.",
    function* ({ expression, text }, { kind }) {
      if (kind !== "rule" || !holdsForNothing(expression)) return;
      yield {
        at: text.at,
        message: "The condition holds for every event in which nothing matches",
        suggestion: "Say with a selection which events are meant, then 'and not' the rest",
      };
    },
  ),
  ofConditions(
    "condition-repeated",
    "warning",
    "An operand stands twice under one 'and' or 'or'.",
    function* ({ expression, text, place }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "and" && part.op !== "or") continue;
        const seen = new Set<string>();
        for (const operand of part.of) {
          const line = lineOf(operand);
          if (seen.has(line)) {
            yield {
              at: operand.op === "name" ? place(operand) : text.at,
              message: `'${line}' stands twice under '${part.op}'`,
              suggestion: "Remove one of them",
            };
          }
          seen.add(line);
        }
      }
    },
  ),
  ofConditions(
    "condition-constant",
    "warning",
    "A condition joins a part with its opposite: it always or never holds.",
    function* ({ expression, text }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "and" && part.op !== "or") continue;
        const lines = new Set(part.of.map(lineOf));
        const both = [...lines].find((line) => lines.has(`not(${line})`));
        if (both === undefined) continue;
        yield {
          at: text.at,
          message: `'${both}' and its opposite ${part.op === "and" ? "never" : "always"} hold`,
          suggestion: "Remove one of them",
        };
      }
    },
  ),
  ofConditions(
    "condition-double-not",
    "info",
    "'not not' says nothing.",
    function* ({ expression, text }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "not" || part.of.op !== "not") continue;
        yield { at: text.at, message: "'not not' says nothing", suggestion: "Remove both" };
      }
    },
  ),
  ofConditions(
    "condition-mixed",
    "info",
    "'and' and 'or' stand side by side without brackets.",
    function* ({ text }) {
      const depths: Set<string>[] = [new Set()];
      for (const [word] of text.text.toLowerCase().matchAll(/[()]|[^\s()]+/g)) {
        if (word === "(") depths.push(new Set());
        else if (word === ")") depths.pop();
        else if (word === "and" || word === "or") depths.at(-1)?.add(word);
        if (depths.at(-1)?.size !== 2) continue;
        yield {
          at: text.at,
          message: "'and' binds before 'or' here, which readers overlook",
          suggestion: "Put brackets around the 'and' part",
        };
        return;
      }
    },
  ),
  ofConditions(
    "condition-operator-form",
    "info",
    "An operator is written in a way that other tools refuse: upper case, or 'any of'.",
    function* ({ text }) {
      const { text: condition, at, exact } = text;
      for (
        const found of condition.matchAll(/(?<![\w*?.-])(AND|OR|NOT|Any|ANY|any)(?![\w*?.-])/g)
      ) {
        const word = found[0];
        const any = word.toLowerCase() === "any";
        if (any && !/^\s+of\b/i.test(condition.slice(found.index + word.length))) continue;
        const start = at[0] + found.index;
        yield {
          at: exact ? [start, start + word.length] : at,
          message: `'${word}' is not an operator for every tool`,
          suggestion: any ? "Write '1 of'" : `Write '${word.toLowerCase()}'`,
        };
      }
    },
  ),
  ofConditions(
    "condition-filter-positive",
    "info",
    "A search identifier named filter is required instead of excluded.",
    function* ({ expression, place }, { kind }) {
      if (kind !== "rule") return;
      for (const { part, negated } of walk(expression)) {
        const filter = ownNames(part).find((name) => /^filter/.test(name));
        if (filter === undefined || negated) continue;
        yield {
          at: place(part),
          message: `'${filter}' is required, although its name says that it excludes`,
          suggestion: "Put 'not' before it, or name it selection",
        };
      }
    },
  ),
  ofConditions(
    "condition-selection-negative",
    "info",
    "A search identifier named selection is only ever excluded.",
    function* ({ expression, place }, { kind }) {
      if (kind !== "rule") return;
      for (const { part, negated } of walk(expression)) {
        if (part.op !== "name" || !negated || !/^selection/.test(part.name)) continue;
        yield {
          at: place(part),
          message: `'${part.name}' is excluded, although its name says that it selects`,
          suggestion: "Name it filter",
        };
      }
    },
  ),
];

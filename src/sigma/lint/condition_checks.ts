/**
 * Checks of conditions.
 *
 * @module
 */
import { conditionNames, parseCondition } from "../parse/parse_condition.ts";
import { SearchNames } from "../parse/search_names.ts";
import { type Offsets, placeOf } from "../parse/yaml_tree.ts";
import type { Condition } from "../sigma_rule.ts";
import type { Check, Finding } from "./check.ts";
import type { ConditionText, LintDocument } from "./lint_document.ts";

interface Parsed {
  readonly text: ConditionText;
  readonly expression: Condition;
  /** Where a name or an `x of` part is in the file. */
  place(part: Condition): Offsets;
}

const known = new WeakMap<LintDocument, Parsed[]>();

/** The valid conditions of a document, parsed once for all checks. */
function parsed(document: LintDocument): Parsed[] {
  const before = known.get(document);
  if (before) return before;
  const names = new SearchNames([...document.identifiers.keys()]);
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

/** Every part of a condition, outermost first, and whether an odd number of `not` apply to it. */
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

/** One string per meaning, so that equal operands can be recognised. */
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
      for (const condition of parsed(document)) {
        for (const found of find(condition, document)) yield { group: condition.text, ...found };
      }
    },
  };
}

/** Checks of conditions. */
export const conditionChecks: readonly Check[] = [
  {
    code: "condition-unused",
    severity: "warning",
    summary: "No condition uses a search identifier.",
    *run(document) {
      const conditions = parsed(document);
      if (conditions.length < document.conditions.length || conditions.length === 0) return;
      const used = new Set(conditions.flatMap(({ expression }) => [...conditionNames(expression)]));
      for (const { key, keyNode } of document.identifiers.values()) {
        if (used.has(key)) continue;
        yield {
          at: placeOf(keyNode),
          group: "unused",
          message: `No condition uses '${key}'`,
          suggestion: "Use it in the condition or remove it",
        };
      }
    },
  },
  ofConditions(
    "condition-of-them",
    "info",
    "'of them' includes every search identifier, even those added later.",
    function* ({ expression, place }, { identifiers }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "1 of" && part.op !== "all of") continue;
        if (part.pattern.toLowerCase() !== "them") continue;
        const one = identifiers.size === 1;
        yield {
          at: place(part),
          message: one
            ? `'${part.op} them' has only one search identifier to choose from`
            : `'${part.op} them' includes every search identifier that is added later`,
          suggestion: one ? `Write '${part.names[0]}'` : `Write '${part.op} selection_*'`,
        };
      }
    },
  ),
  ofConditions(
    "condition-of-one",
    "info",
    "'1 of' or 'all of' is used with one name, without a wildcard.",
    function* ({ expression, place }) {
      for (const { part } of walk(expression)) {
        // Authors who expect more names use a pattern even for one.
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
    "condition-all-of-list",
    "warning",
    "'all of' has only a list of keywords, of which one is still enough.",
    function* ({ expression, place }, { identifiers }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "all of" || part.names.length !== 1) continue;
        const name = part.names[0]!;
        const { value } = identifiers.get(name) ?? {};
        if (value?.kind !== "list" || value.items.length < 2) continue;
        if (value.items.some((item) => item?.kind !== "scalar")) continue;
        yield {
          at: place(part),
          message:
            `'all of' asks for '${name}', not for each of its ${value.items.length} keywords`,
          suggestion: "To require all of them, put the list below '|all':",
        };
      }
    },
  ),
  ofConditions(
    "condition-only-not",
    "warning",
    "The rule matches events that have nothing it looks for.",
    function* ({ expression, text }, { kind }) {
      if (kind !== "rule" || !holdsForNothing(expression)) return;
      yield {
        at: text.at,
        message: "The condition holds for every event that matches none of the search identifiers",
        suggestion: "Require a selection, and exclude the rest with 'and not'",
      };
    },
  ),
  ofConditions(
    "condition-repeated",
    "warning",
    "An 'and' or 'or' has a duplicate operand.",
    function* ({ expression, text, place }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "and" && part.op !== "or") continue;
        const seen = new Set<string>();
        for (const operand of part.of) {
          const line = lineOf(operand);
          if (seen.has(line)) {
            yield {
              at: operand.op === "name" ? place(operand) : text.at,
              message: `Duplicate operand '${line}' of '${part.op}'`,
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
    "A condition joins a part with its negation, so it always or never holds.",
    function* ({ expression, text }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "and" && part.op !== "or") continue;
        const lines = new Set(part.of.map(lineOf));
        const both = [...lines].find((line) => lines.has(`not(${line})`));
        if (both === undefined) continue;
        yield {
          at: text.at,
          message: `'${both}' and its negation ${
            part.op === "and" ? "never" : "always"
          } hold together`,
          suggestion: "Remove one of them",
        };
      }
    },
  ),
  ofConditions(
    "condition-double-not",
    "info",
    "'not not' has no effect.",
    function* ({ expression, text }) {
      for (const { part } of walk(expression)) {
        if (part.op !== "not" || part.of.op !== "not") continue;
        yield { at: text.at, message: "'not not' has no effect", suggestion: "Remove both" };
      }
    },
  ),
  ofConditions(
    "condition-mixed",
    "info",
    "'and' and 'or' are mixed without brackets.",
    function* ({ text }) {
      const depths: Set<string>[] = [new Set()];
      for (const [word] of text.text.toLowerCase().matchAll(/[()]|[^\s()]+/g)) {
        if (word === "(") depths.push(new Set());
        else if (word === ")") depths.pop();
        else if (word === "and" || word === "or") depths.at(-1)?.add(word);
        if (depths.at(-1)?.size !== 2) continue;
        yield {
          at: text.at,
          message: "'and' binds more tightly than 'or', which readers overlook",
          suggestion: "Put brackets around the 'and' part",
        };
        return;
      }
    },
  ),
  ofConditions(
    "condition-operator-form",
    "info",
    "An operator is written in a form that other tools reject: upper case, or 'any of'.",
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
          message: `'${word}' is not an operator in every tool`,
          suggestion: any ? "Write '1 of'" : `Write '${word.toLowerCase()}'`,
        };
      }
    },
  ),
  ofConditions(
    "condition-filter-positive",
    "info",
    "A search identifier called filter is required instead of excluded.",
    function* ({ expression, place }, { kind }) {
      if (kind !== "rule") return;
      for (const { part, negated } of walk(expression)) {
        const filter = ownNames(part).find((name) => /^filter/.test(name));
        if (filter === undefined || negated) continue;
        yield {
          at: place(part),
          message: `'${filter}' is required, although its name suggests that it is excluded`,
          suggestion: "Add 'not' before it, or rename it to selection",
        };
      }
    },
  ),
  ofConditions(
    "condition-selection-negative",
    "info",
    "A search identifier called selection is only ever excluded.",
    function* ({ expression, place }, { kind }) {
      if (kind !== "rule") return;
      for (const { part, negated } of walk(expression)) {
        if (part.op !== "name" || !negated || !/^selection/.test(part.name)) continue;
        yield {
          at: place(part),
          message: `'${part.name}' is excluded, although its name suggests that it selects`,
          suggestion: "Rename it to filter",
        };
      }
    },
  ),
];

/**
 * Checks of how well the index can skip a rule; the facts are those of the index.
 *
 * @module
 */
import { compileRule } from "../compile/compile_rule.ts";
import { FilterLookup } from "../compile/filter_lookup.ts";
import type { Witness } from "../compile/value_test.ts";
import { chooseClauses, type ChosenClauses } from "../index/choose_clauses.ts";
import { FactRegistry } from "../index/fact_registry.ts";
import { regexLoader } from "../regex/regex_table.ts";
import { compileRegex } from "../regex_compiler/compile_regex.ts";
import { EventView } from "../match/event_view.ts";
import type { Check } from "./check.ts";
import type { ConditionText, LintDocument } from "./lint_document.ts";

interface Indexed {
  readonly condition: ConditionText;
  /** `undefined` if the index has nothing to look for. */
  readonly clauses: ChosenClauses | undefined;
}

const NO_FILTERS = new FilterLookup([]);

const known = new WeakMap<LintDocument, Indexed[]>();

/** What the index would look for, per condition; nothing for rules that do not compile here. */
function indexed(document: LintDocument): Indexed[] {
  const before = known.get(document);
  if (before) return before;
  const { rule, conditions } = document;
  const view = new EventView();
  const scope = { view, filters: NO_FILTERS, placeholders: {}, regexes: regexLoader(compileRegex) };
  const { compiled, problems } = rule ? compileRule(rule, scope) : { compiled: [], problems: [] };
  const found = problems.length > 0 || compiled.length !== conditions.length
    ? []
    : chooseClauses(compiled, new FactRegistry(view)).map((clauses, index) => ({
      condition: conditions[index]!,
      clauses,
    }));
  known.set(document, found);
  return found;
}

/** Whether almost every event has it; a single character beyond ASCII is rare enough. */
function isWeak(witness: Witness): boolean {
  return witness.kind === "present" ||
    (witness.kind === "literal" && witness.text.length < 2 && witness.text < "\u0080");
}

/** Checks of the cost of a rule. */
export const performanceChecks: readonly Check[] = [
  {
    code: "index-always",
    severity: "info",
    summary: "The index has nothing to look for: the rule is evaluated for every event.",
    *run(document) {
      for (const { condition, clauses } of indexed(document)) {
        if (clauses !== undefined) continue;
        yield {
          at: condition.at,
          message: "The rule is evaluated for every event of its log source",
          suggestion: "Require a value, a substring, a number or a network",
        };
      }
    },
  },
  {
    code: "index-weak",
    severity: "info",
    summary: "The index can only look for an existing field, or for a single character.",
    *run(document) {
      for (const { condition, clauses } of indexed(document)) {
        const weak = clauses?.trigger.find(({ witness }) => isWeak(witness))?.witness;
        if (weak === undefined) continue;
        const what = weak.kind === "literal" ? `a '${weak.text}' in` : "any value in";
        yield {
          at: condition.at,
          message: `The rule is evaluated for every event with ${what} one of its fields`,
          suggestion: "Require a value, or a longer substring, in every alternative",
        };
      }
    },
  },
];

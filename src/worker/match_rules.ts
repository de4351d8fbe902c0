import { matchedFields, RuleSet, type SigmaFilter, type SigmaRule } from "../sigma/engine.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { toSigmaEvent } from "../thousandeyes/user_event_fields.ts";
import type { EventMatch } from "../watch/watch_ports.ts";

/** What `rules:build` has parsed, checked and tested. */
export interface RuleBundle {
  /** The rules. */
  readonly rules: readonly SigmaRule[];
  /** The filters that narrow them. */
  readonly filters: readonly SigmaFilter[];
}

/** Rules at work. */
export interface RuleMatcher {
  /** The rules that are in force. */
  rules: readonly SigmaRule[];
  /** The rules that an event satisfies, each once, and what in it made them match. */
  match(event: UserEvent): EventMatch[];
}

const LOG_SOURCE = { product: "thousandeyes", service: "audit" };

/**
 * Compiles rules for audit events.
 *
 * @param bundle Parsed rules and filters. A rule that cannot be compiled, with the filters that apply to it, is left out
 *   and reported: `rules:build` lets none through, and the others must go on.
 * @param report Told what is wrong with a rule.
 * @returns The rules at work; matching never throws.
 */
export function matchRules(
  { rules, filters }: RuleBundle,
  report: (what: string, facts: unknown) => void,
): RuleMatcher {
  const ruleSet = new RuleSet(rules, {
    filters,
    onProblem: ({ code, message }, { title }) =>
      report("A rule was left out", { title, code, message }),
  });
  return {
    rules: ruleSet.rules,
    match(event) {
      const fields = toSigmaEvent(event);
      const found = ruleSet.match(fields, LOG_SOURCE);
      if (found.length === 0) return []; // nearly every event
      const matched = new Set(found.map(({ rule }) => rule));
      return [...matched].map((rule) => ({
        rule,
        matched: matchedFields(rule, fields).map(({ field, value, modifiers, wanted }) => ({
          field: field === "" ? null : field,
          value: value ?? null,
          item: `${[field, ...modifiers].join("|")}: ${wanted}`,
        })),
      }));
    },
  };
}

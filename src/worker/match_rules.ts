// Not by the engine's door: that one has the parser too, and with it a YAML library that the edge never needs.
import { matchedFields } from "../sigma/explain.ts";
import { RuleSet } from "../sigma/rule_set.ts";
import type { SigmaRule } from "../sigma/sigma_rule.ts";
import type { UserEvent } from "../thousandeyes/user_event.ts";
import { toSigmaEvent } from "../thousandeyes/user_event_fields.ts";
import type { EventMatch } from "../watch/watch_ports.ts";

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
 * @param rules Parsed rules. One that cannot be compiled is left out and reported: `rules:build` lets none through,
 *   and the others must go on.
 * @param report Told what is wrong with a rule.
 * @returns The rules at work; matching never throws.
 */
export function matchRules(
  rules: readonly SigmaRule[],
  report: (what: string, facts: unknown) => void,
): RuleMatcher {
  const ruleSet = new RuleSet(rules, {
    onProblem: ({ code, message }, { title }) =>
      report("A rule was left out", { title, code, message }),
  });
  return {
    rules: ruleSet.rules,
    match(event) {
      const fields = toSigmaEvent(event);
      const matched = new Set(ruleSet.match(fields, LOG_SOURCE).map(({ rule }) => rule));
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

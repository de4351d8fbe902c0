import { correlationText, explainReferences } from "./correlation/explain_correlation.ts";
import { linkCorrelations } from "./correlation/link_correlations.ts";
import type { Explanation } from "./explain.ts";
import { EventView } from "./match/event_view.ts";
import type { RuleSetOptions } from "./rule_set.ts";
import { RuleSet } from "./source_rule_set.ts";
import type { SigmaCorrelation, SigmaRule } from "./sigma_rule.ts";

/** How many values of a field an explanation shows. */
const MAX_FOUND = 5;

/**
 * Explains what one event contributes to a correlation: which of its rules the event matches, and
 * in which group it counts.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 * import { explainCorrelation } from "./explain_correlation.ts";
 *
 * const { rules, correlations } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * ---
 * title: Many failed logins
 * correlation:
 *   type: event_count
 *   rules: failed_login
 *   group-by: user
 *   timespan: 10m
 *   condition: { gte: 5 }
 * `);
 * const event = { event: "Login failed.", user: "Ana" };
 * const tree = explainCorrelation(correlations[0]!, event, { rules, correlations });
 * assertEquals(tree.matched, true);
 * assertEquals(tree.of[0]!.text, "event_count: at least 5 within 10m, by user");
 * assertEquals(tree.of[0]!.of[0]!.of.map(({ text }) => text), ["group-by user", "Failed login"]);
 * ```
 *
 * @param correlation The correlation.
 * @param event JSON data.
 * @param options The rules and correlations that it may refer to, and those of `RuleSet`.
 * @returns A tree; it matches if the event counts for the correlation.
 * @throws {RangeError} If the correlation cannot be linked.
 * @throws {SigmaError} If a rule cannot be compiled.
 */
export function explainCorrelation(
  correlation: SigmaCorrelation,
  event: unknown,
  options: RuleSetOptions & {
    rules: readonly SigmaRule[];
    correlations: readonly SigmaCorrelation[];
  },
): Explanation {
  const { rules, correlations, ...ruleSetOptions } = options;
  const { linked } = linkCorrelations(correlations, rules);
  const byDocument = new Map(linked.map((each) => [each.correlation, each]));
  const view = new EventView();
  view.show(event);

  function explain(document: SigmaCorrelation): Explanation {
    const own = byDocument.get(document);
    if (!own) throw new RangeError(`The correlation '${document.title}' cannot be linked`);
    const of = explainReferences(own, view).map(({ document: part, group }, index): Explanation => {
      const inner = part.kind === "rule"
        ? new RuleSet([part], { ...ruleSetOptions, baseRules: true }).explain(part, event)
        : explain(part);
      const groups = part.kind === "rule"
        ? group.map(({ field, values }): Explanation => ({
          kind: "group",
          text: `group-by ${field}`,
          matched: values.length > 0,
          found: values.slice(0, MAX_FOUND),
          of: [],
        }))
        : [];
      const matched = inner.matched && groups.every((each) => each.matched);
      const text = document.rules[index] ?? part.title;
      return { kind: "all", text, matched, of: [...groups, inner] };
    });
    const matched = of.some((each) => each.matched);
    const summary: Explanation = { kind: "any", text: correlationText(document), matched, of };
    return { kind: "correlation", text: document.title, matched, of: [summary] };
  }

  return explain(correlation);
}

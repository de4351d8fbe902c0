import type { SigmaCorrelation, SigmaRule } from "./sigma_rule.ts";

/**
 * Marks the rules that correlations are about, so that they do not alert by themselves.
 *
 * One correlation with `generate: true` is enough for a rule to alert. Within a file, the parser
 * marks rules; rules and correlations of several files are marked together.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markBaseRules } from "./mark_base_rules.ts";
 * import { parseSigma } from "./parse.ts";
 * import { RuleSet } from "./rule_set.ts";
 *
 * const { rules } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * `);
 * const { correlations } = parseSigma(`
 * title: Many failed logins
 * correlation: { type: event_count, rules: failed_login, timespan: 5m, condition: { gte: 5 } }
 * `);
 * markBaseRules(rules, correlations);
 * assertEquals(new RuleSet(rules).rules, []);
 * ```
 *
 * @param rules The rules, which are changed.
 * @param correlations The correlations.
 */
export function markBaseRules(
  rules: readonly SigmaRule[],
  correlations: readonly SigmaCorrelation[],
): void {
  const bases = new Set(correlations.flatMap(({ rules }) => rules));
  const heard = new Set(correlations.flatMap(({ rules, generate }) => generate ? rules : []));
  for (const rule of rules) {
    const isIn = (names: ReadonlySet<string>) =>
      [rule.id, rule.name].some((name) => name !== undefined && names.has(name));
    if (isIn(heard)) delete rule.base;
    else if (isIn(bases)) rule.base = true;
  }
}

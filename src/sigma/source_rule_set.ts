import { explain, type Explanation } from "./explain.ts";
import { compileRegex } from "./regex_compiler/compile_regex.ts";
import { RuleSet as CompiledRuleSet, type RuleSetOptions } from "./rule_set.ts";
import type { SigmaRule } from "./sigma_rule.ts";

/**
 * Rules, compiled once to match many events: a `RuleSet` of `./sigma/engine` that also compiles
 * regular expressions and explains itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 * import { RuleSet } from "./source_rule_set.ts";
 *
 * const { rules } = parseSigma(`
 * title: An address in the name
 * logsource: { product: thousandeyes }
 * detection:
 *   selection:
 *     user|re: '(\\d{1,3}\\.){3}\\d{1,3}'
 *   condition: selection
 * `);
 * const matches = new RuleSet(rules).match({ user: "root@192.0.2.7" });
 * assertEquals(matches.map(({ rule }) => rule.title), ["An address in the name"]);
 * ```
 */
export class RuleSet extends CompiledRuleSet {
  /**
   * Compiles rules and builds the index over them.
   *
   * @param rules Parsed rules.
   * @param options Filters, lists and statuses.
   * @throws {SigmaError} With every problem of every rule, unless `onProblem` receives them.
   */
  constructor(rules: readonly SigmaRule[], options: RuleSetOptions = {}) {
    super(rules, { regexes: compileRegex, ...options });
  }

  /**
   * Explains, item by item, why a rule matches an event or why it does not.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { parseSigma } from "./parse.ts";
   * import { RuleSet } from "./source_rule_set.ts";
   *
   * const { rules } = parseSigma(`
   * title: Login
   * logsource: { product: test }
   * detection:
   *   selection:
   *     event: Login
   *   condition: selection
   * `);
   * const tree = new RuleSet(rules).explain(rules[0]!, { event: "Logout" });
   * assertEquals(tree.matched, false);
   * assertEquals(tree.of[0]?.found, ["Logout"]);
   * ```
   *
   * @param rule A rule of this set.
   * @param event The event, as JSON data.
   * @returns A tree: the rule, then its conditions with the filters that apply, then their parts.
   * @throws {RangeError} If the rule is not in this set.
   */
  explain(rule: SigmaRule, event: unknown): Explanation {
    const { compiled, view } = this.shown(rule, event);
    return explain(rule, compiled, view);
  }
}

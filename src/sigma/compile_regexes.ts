import type { RegexTable } from "./regex/regex_table.ts";
import { compileRegex } from "./regex_compiler/compile_regex.ts";
import { RuleSet, type RuleSetOptions } from "./rule_set.ts";
import type { SigmaRule } from "./sigma_rule.ts";

/**
 * Compiles the regular expressions of rules to JSON data, so that `./sigma/engine` can run the rules
 * elsewhere, without a compiler.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileRegexes } from "./compile_regexes.ts";
 * import { regexesOf, RuleSet } from "./engine.ts";
 * import { parseSigma } from "./parse.ts";
 *
 * const { rules } = parseSigma(`
 * title: Two names
 * logsource: { product: thousandeyes }
 * detection: { selection: { user|re: '^(ana|bob)$' }, condition: selection }
 * `);
 * const shipped = JSON.parse(JSON.stringify({ rules, regexes: compileRegexes(rules) }));
 * const ruleSet = new RuleSet(shipped.rules, { regexes: regexesOf(shipped.regexes) });
 * assertEquals(ruleSet.match({ user: "bob" }).length, 1);
 * ```
 *
 * @param rules Parsed rules.
 * @param options Filters and lists, as they will be given to `RuleSet`.
 * @returns A table for each expression, in the order of the rules.
 * @throws {SigmaError} With every problem of every rule, unless `onProblem` receives them.
 */
export function compileRegexes(
  rules: readonly SigmaRule[],
  options: Omit<RuleSetOptions, "regexes"> = {},
): RegexTable[] {
  const tables: RegexTable[] = [];
  new RuleSet(rules, {
    ...options,
    regexes(written) {
      const table = compileRegex(written);
      tables.push(table);
      return table;
    },
  });
  return tables;
}

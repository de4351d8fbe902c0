/**
 * The rules of this folder as data: linted, tested and compiled, with their correlations, filters
 * and value lists.
 *
 * What each rule is about: docs/rules.md.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rules } from "@panoptes/user-events/rules";
 * import { regexesOf, RuleSet } from "@panoptes/user-events/sigma/engine";
 *
 * const { filters, placeholders = {}, regexes = [] } = rules;
 * const ruleSet = new RuleSet(rules.rules, { filters, placeholders, regexes: regexesOf(regexes) });
 * const matches = ruleSet.match({ event: "API token generated." });
 * assertEquals(matches.map(({ rule }) => rule.title), ["ThousandEyes API Token Created"]);
 * ```
 *
 * @module
 */
import type { RuleBundle } from "../src/alert/rule_bundle.ts";
import bundle from "./rules.json" with { type: "json" };

export type { RuleBundle } from "../src/alert/rule_bundle.ts";

/** The rules, with all that they refer to. */
export const rules: RuleBundle = bundle as unknown as RuleBundle;

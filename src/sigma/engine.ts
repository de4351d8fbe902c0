/**
 * The part of the Sigma engine that works on parsed rules: match events and explain matches. Rules
 * and filters are plain JSON, so they can be parsed elsewhere. Unlike `./sigma`, this brings no
 * YAML parser.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RuleSet, type SigmaRule } from "./engine.ts";
 * import { parseSigma } from "./parse.ts";
 *
 * const { rules } = parseSigma(`
 * title: Failed login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * `);
 * const shipped: SigmaRule[] = JSON.parse(JSON.stringify(rules));
 * assertEquals(new RuleSet(shipped).match({ event: "login failed." }).length, 1);
 * ```
 *
 * @module
 */
export type { Explanation, MatchedField } from "./explain.ts";
export type { Problem, ProblemCode, Severity, Span } from "./problem.ts";
export { markBaseRules } from "./mark_base_rules.ts";
export { appliesTo } from "./match/logsource_routing.ts";
export { type Match, RuleSet, type RuleSetOptions } from "./rule_set.ts";
export { SigmaError } from "./sigma_error.ts";
export type {
  Condition,
  Detection,
  DetectionBlock,
  DetectionGroup,
  DetectionItem,
  DetectionList,
  JsonValue,
  LogSource,
  NamedDetection,
  ParsedCondition,
  Quantifier,
  RelatedRule,
  SigmaCorrelation,
  SigmaDocument,
  SigmaFilter,
  SigmaRule,
  SigmaValue,
} from "./sigma_rule.ts";

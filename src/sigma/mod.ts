/**
 * A Sigma engine for JSON events: parse rules from YAML, compile them once, match many events.
 *
 * It knows nothing of where events come from. Support and decisions: docs/sigma.md.
 *
 * @module
 */
export {
  type ExplainOptions,
  explainRule,
  type Explanation,
  type MatchedField,
  matchedFields,
} from "./explain.ts";
export { appliesTo } from "./match/logsource_routing.ts";
export { type ParseResult, parseSigma } from "./parse.ts";
export type { Problem, ProblemCode, Severity, Span } from "./problem.ts";
export { type Match, RuleSet, type RuleSetOptions } from "./rule_set.ts";
export {
  type InlineTestOptions,
  type InlineTestResult,
  runInlineTests,
} from "./run_inline_tests.ts";
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
  SigmaDocument,
  SigmaFilter,
  SigmaRule,
  SigmaValue,
} from "./sigma_rule.ts";

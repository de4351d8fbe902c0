/**
 * The part of the Sigma engine that runs rules. Rules, filters and compiled regular expressions are
 * plain JSON, so they can be made elsewhere. Unlike `./sigma`, this brings no YAML parser, no
 * compiler of regular expressions, and nothing that explains rules to their authors.
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
export { Correlator, type CorrelatorOptions } from "./correlation/correlator.ts";
export type { Occurrence } from "./correlation/match_collector.ts";
export {
  compileFieldFilter,
  type FieldFilter,
  type FieldMap,
  fieldMapOf,
  type FieldProblem,
} from "./field_filter.ts";
export { CORRELATION_LIMITS, type CorrelationLimits } from "./correlation/limits.ts";
export type { CorrelationInput, UnreadRange } from "./correlation/tracker.ts";
export { type Absence, type History, historyOf, type NewValue } from "./correlation/history.ts";
export type { Timespan } from "./correlation/history.ts";
export {
  type CorrelationOutcome,
  type CorrelationPart,
  type CorrelationResult,
  type CorrelationTally,
  newTally,
} from "./correlation/correlation_result.ts";
export type { CorrelationStore } from "./correlation/correlation_store.ts";
export { decodeGroup, encodeGroup, GroupState } from "./correlation/group_state.ts";
export type { Columns, Evaluator, GroupMatch, Judgement } from "./correlation/group_state.ts";
export { MemoryStore } from "./correlation/memory_store.ts";
export type { MatchedField } from "./matched_fields.ts";
export type { Problem, ProblemCode, Severity, Span } from "./problem.ts";
export { markBaseRules } from "./mark_base_rules.ts";
export {
  regexesOf,
  type RegexSource,
  type RegexTable,
  type WrittenRegex,
} from "./regex/regex_table.ts";
export { appliesTo } from "./match/logsource_routing.ts";
export { type Match, RuleSet, type RuleSetOptions } from "./rule_set.ts";
export { SigmaError } from "./sigma_error.ts";
export type {
  AlertMetadata,
  Condition,
  CorrelationCondition,
  CorrelationType,
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
  SigmaMetadata,
  SigmaRule,
  SigmaValue,
  Thresholds,
} from "./sigma_rule.ts";

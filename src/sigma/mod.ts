/**
 * A Sigma engine for JSON events: parse rules from YAML, compile them once, match many events.
 *
 * It knows nothing of where events come from. Support and decisions: docs/sigma.md.
 *
 * @module
 */
export { parseSigma, type ParseResult } from "./parse.ts";
export type { Problem, ProblemCode, Severity, Span } from "./problem.ts";
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

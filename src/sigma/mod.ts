/**
 * A Sigma engine for JSON events: parse rules from YAML, compile them once, match many events.
 *
 * It knows nothing of where events come from. Support and decisions: docs/sigma.md.
 *
 * @module
 */
export * from "./engine.ts";
export { compileRegexes } from "./compile_regexes.ts";
export { explainHistory } from "./explain_history.ts";
export type { Explanation } from "./explain.ts";
export { explainCorrelation } from "./explain_correlation.ts";
export { type ParseResult, parseSigma } from "./parse.ts";
export type { ParseOptions } from "./parse/parse_file.ts";
export { type CorrelationTestOptions, runCorrelationTests } from "./run_correlation_tests.ts";
export type { InlineTestOptions, InlineTestResult } from "./inline_test.ts";
export { runInlineTests } from "./run_inline_tests.ts";
export { RuleSet } from "./source_rule_set.ts";

/**
 * Lint for Sigma rule files: errors, warnings and notes, and reports for people and machines.
 *
 * The checks, each with an example: docs/lint/README.md.
 *
 * @module
 */
export { type CodeFacts, CODES } from "./codes.ts";
export { formatGithub } from "./format_github.ts";
export { formatJson, type LintReport } from "./format_json.ts";
export { formatSarif } from "./format_sarif.ts";
export { formatText } from "./format_text.ts";
export type { KnownSource } from "./known_source.ts";
export { lintFile, type LintFileOptions, lintFiles, type RuleFile } from "./lint_files.ts";
export type { Problem, Severity, Span } from "../problem.ts";

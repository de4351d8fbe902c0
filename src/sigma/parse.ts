import { parseFile, type ParseOptions } from "./parse/parse_file.ts";
import type { Problem } from "./problem.ts";
import type { SigmaCorrelation, SigmaFilter, SigmaRule } from "./sigma_rule.ts";

/** The content of a file: the documents without errors, and every problem of all of them. */
export interface ParseResult {
  /** The rules that can be compiled. */
  rules: SigmaRule[];
  /** The correlations without an error of their own; `Correlator` links them with the rules. */
  correlations: SigmaCorrelation[];
  /** The filters that can be compiled. */
  filters: SigmaFilter[];
  /** Errors, warnings and notes in the order of the file. */
  problems: Problem[];
}

/**
 * Parses a Sigma file, which may have several documents. It never throws because of its content.
 *
 * Follows the Sigma specification 2.1.0; docs/sigma.md lists every decision.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 *
 * const { rules, problems } = parseSigma(`
 * title: Failed login
 * logsource: { product: thousandeyes }
 * detection:
 *   selection:
 *     event|contain: login failed
 *   condition: selection
 * `, { file: "rules/failed_login.yml" });
 * assertEquals(rules, []);
 * assertEquals(problems[0]?.message, "Unknown modifier 'contain'");
 * assertEquals(problems[0]?.suggestion, "contains");
 * assertEquals([problems[0]?.line, problems[0]?.column], [6, 11]);
 * ```
 *
 * @param text The YAML text, or its bytes, which must be UTF-8; at most 4 MiB.
 * @param options The name of the file, and the view of metadata.
 * @returns Rules, correlations, filters and problems.
 */
export function parseSigma(text: string | Uint8Array, options: ParseOptions = {}): ParseResult {
  const { documents, problems } = parseFile(text, options);
  return {
    rules: documents.flatMap(({ rule }) => rule ?? []),
    correlations: documents.flatMap(({ correlation }) => correlation ?? []),
    filters: documents.flatMap(({ filter }) => filter ?? []),
    problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}

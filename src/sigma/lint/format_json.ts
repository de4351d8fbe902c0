import { escapeInvisible } from "../../stream/plain_text.ts";
import type { Problem, Severity } from "../problem.ts";

/** The document that {@linkcode formatJson} writes. */
export interface LintReport {
  /** Raised when a member is removed or changes its meaning. */
  version: 1;
  /** How many problems there are of each severity. */
  counts: Record<Severity, number>;
  /** The problems, in order. */
  problems: readonly Problem[];
}

/**
 * Formats problems as one JSON document, a {@linkcode LintReport}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatJson } from "./format_json.ts";
 *
 * assertEquals(JSON.parse(formatJson([])).counts, { error: 0, warning: 0, info: 0 });
 * ```
 *
 * @param problems The problems.
 * @returns JSON, ending with a line break; invisible characters are escaped.
 */
export function formatJson(problems: readonly Problem[]): string {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const { severity } of problems) counts[severity]++;
  const report: LintReport = { version: 1, counts, problems };
  const lines = JSON.stringify(report, null, 2).split("\n");
  return `${lines.map(escapeInvisible).join("\n")}\n`;
}

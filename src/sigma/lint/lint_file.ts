import { type ParsedFile, parseFile } from "../parse/parse_file.ts";
import type { Problem } from "../problem.ts";
import type { CheckContext } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { applyDisables } from "./apply_disables.ts";
import { byPlace } from "./by_place.ts";
import { FILE_CHECKS } from "./file_checks.ts";
import { lintDocument } from "./lint_document.ts";

const BETWEEN_FILES = new Set(FILE_CHECKS.map(({ code }) => code));

/** Findings of one check in one document; nobody reads more, and a hostile file must not fill memory. */
const MOST_OF_ONE = 500;

/** What a file is called and what is known beside its text. */
export interface LintFileOptions {
  /** The name of the file, as problems show it. */
  file?: string;
  /** Today as `YYYY-MM-DD`; without it no date is in the future. */
  today?: string;
}

/**
 * Returns everything that is wrong or doubtful in one rule file.
 *
 * Errors are those that keep a document from loading; warnings and notes are findings of the checks
 * in docs/lint, without those that a `# panoptes-disable` comment silences.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lintFile } from "./lint_file.ts";
 *
 * const problems = lintFile(`
 * title: Failed login
 * id: 767e7aa1-e232-45b9-adf1-a15673f7acfd
 * status: test
 * level: low
 * description: Somebody mistyped a password
 * logsource: { product: thousandeyes }
 * detection:
 *   selection:
 *     event|contains|all: login failed
 *   condition: selection
 * `);
 * const { code, line, column } = problems.find(({ severity }) => severity === "warning")!;
 * assertEquals([code, line, column], ["all-single", 10, 20]);
 * ```
 *
 * @param text The YAML text.
 * @param options The file's name, and what day it is.
 * @returns The problems in the order of the file.
 */
export function lintFile(text: string, options: LintFileOptions = {}): Problem[] {
  const parsed = parseFile(text, options.file === undefined ? {} : { file: options.file });
  const problems = [...parsed.problems, ...findings(parsed, options)];
  return applyDisables(problems, parsed.source, BETWEEN_FILES).sort(byPlace);
}

/** What the checks find in a parsed file, before disable comments.
 *
 * A place that has an error needs no second remark.
 */
export function findings(parsed: ParsedFile, context: CheckContext): Problem[] {
  const { source, problems } = parsed;
  const taken = new Set(problems.map(({ line, column }) => `${line}:${column}`));
  const found: Problem[] = [];
  for (const each of parsed.documents) {
    const document = lintDocument(each, source);
    if (!document) continue;
    for (const { code, severity, run } of CHECKS) {
      let left = MOST_OF_ONE;
      for (const { at, message, suggestion } of run(document, context)) {
        if (left-- === 0) break;
        const problem = source.problem(code, severity, shortened(message), at, suggestion);
        if (!taken.has(`${problem.line}:${problem.column}`)) found.push(problem);
      }
    }
  }
  return found;
}

/** Messages quote values, and a value may be as long as the file. */
function shortened(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 299)}…`;
}

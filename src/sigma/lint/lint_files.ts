import { parseFile } from "../parse/parse_file.ts";
import type { Source } from "../parse/source.ts";
import type { Problem, Severity } from "../problem.ts";
import type { CheckContext } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { applyDisables } from "./disable_comments.ts";
import { FILE_CHECKS } from "./file_checks.ts";
import { type LintDocument, lintDocument } from "./lint_document.ts";

/** The maximum findings of one check in one document, so a hostile file cannot fill memory. */
const MAX_FINDINGS = 500;

const BETWEEN_FILES = new Set(FILE_CHECKS.map(({ code }) => code));

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** What is known about a file besides its text. */
export interface LintFileOptions {
  /** The name of the file, as problems show it. */
  file?: string;
  /** Today as `YYYY-MM-DD`; without it, no date is in the future. */
  today?: string;
  /** For those who publish rules: metadata that the specification does not allow is an error. */
  strict?: boolean;
}

/**
 * Returns everything that is wrong or doubtful in one rule file.
 *
 * Errors keep a document from loading; warnings and notes are findings of the checks
 * in docs/lint, without those that a `# panoptes-disable` comment silences.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lintFile } from "./lint_files.ts";
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
 * @param text The YAML text, or its bytes.
 * @param options The file's name, and the current day.
 * @returns The problems in the order of the file.
 */
export function lintFile(text: string | Uint8Array, options: LintFileOptions = {}): Problem[] {
  const file = readFile(text, options);
  const problems = [...file.problems, ...findings(file, options)];
  return applyDisables(problems, file.source, BETWEEN_FILES).sort(byPlace);
}

/** A rule file that has been read. */
export interface RuleFile {
  /** Its path, or another name that problems show. */
  readonly file: string;
  /** Its YAML text, or its bytes. */
  readonly text: string | Uint8Array;
}

/**
 * Returns everything that is wrong or doubtful in rule files, and between them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lintFiles } from "./lint_files.ts";
 *
 * const text = "title: A\nlogsource: {product: a}\ndetection: {s: {x: y}, condition: s}\n";
 * const problems = lintFiles([{ file: "one_rule.yml", text }, { file: "two_rules.yml", text }]);
 * const codes = problems.filter(({ file }) => file === "two_rules.yml").map(({ code }) => code);
 * assertEquals(codes.includes("title-repeated"), true);
 * ```
 *
 * @param files The files; a disable comment in a file also silences findings between files.
 * @param options `today` is the current day, as `YYYY-MM-DD`; `strict` is for those who publish rules.
 * @returns The problems, by file and place.
 */
export function lintFiles(
  files: readonly RuleFile[],
  options: Omit<LintFileOptions, "file"> = {},
): Problem[] {
  const read = files.map(({ file, text }) => readFile(text, { ...options, file }));
  const placed = read.flatMap(({ source, documents }) =>
    documents.map((document) => ({ source, document }))
  );
  const between = new Map<Source, Problem[]>();
  for (const { code, severity, run } of FILE_CHECKS) {
    for (const { source, at, message, suggestion } of run(placed)) {
      const found = between.get(source) ?? [];
      between.set(source, found);
      found.push(source.problem(code, severity, message, at, suggestion));
    }
  }
  return read.flatMap((file) => {
    const { source, problems } = file;
    const all = [...problems, ...findings(file, options), ...between.get(source) ?? []];
    return applyDisables(all, source);
  }).sort(byPlace);
}

/** A file as the checks read it. */
interface LintedFile {
  readonly source: Source;
  /** The errors and warnings of the engine. */
  readonly problems: readonly Problem[];
  readonly documents: readonly LintDocument[];
}

function readFile(text: string | Uint8Array, options: LintFileOptions): LintedFile {
  const { source, problems, documents } = parseFile(text, options);
  return {
    source,
    problems,
    documents: documents.flatMap((each, number) => lintDocument(each, source, number) ?? []),
  };
}

/** The findings before disable comments; a place with an error is not reported again. */
function findings({ source, problems, documents }: LintedFile, context: CheckContext): Problem[] {
  const taken = new Set(problems.map(({ line, column }) => `${line}:${column}`));
  const found: Problem[] = [];
  for (const document of documents) {
    for (const { code, severity, run } of CHECKS) {
      let left = MAX_FINDINGS;
      for (const { at, message, suggestion } of run(document, context)) {
        if (left-- === 0) break;
        const problem = source.problem(code, severity, shortened(message), at, suggestion);
        if (!taken.has(`${problem.line}:${problem.column}`)) found.push(problem);
      }
    }
  }
  if (documents.length < 2) return found;
  // Documents of a Sigma 1 collection share lines.
  const key = ({ code, line, column, message }: Problem) => `${line}:${column}:${code}:${message}`;
  return [...new Map(found.map((problem) => [key(problem), problem])).values()];
}

/** Messages quote values, which may be as long as the file. */
function shortened(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 299)}…`;
}

/** Orders problems by file, line and column; at one place, the most serious comes first. */
function byPlace(a: Problem, b: Problem): number {
  const [one, two] = [a.file ?? "", b.file ?? ""];
  if (one !== two) return one < two ? -1 : 1;
  return a.line - b.line || a.column - b.column || RANK[a.severity] - RANK[b.severity];
}

import { groupBy } from "../../stream/group_by.ts";
import { linkCorrelations, placedProblem } from "../correlation/link_correlations.ts";
import { parseFile } from "../parse/parse_file.ts";
import type { Source } from "../parse/source.ts";
import type { Problem, Severity } from "../problem.ts";
import { CHECKS } from "./checks.ts";
import { FILE_CHECKS, knownNames, type Placed } from "./file_checks.ts";
import { FileReport } from "./file_report.ts";
import type { KnownSource } from "./known_source.ts";
import { type LintDocument, lintDocument } from "./lint_document.ts";

const BETWEEN_FILES: ReadonlySet<string> = new Set(FILE_CHECKS.map(({ code }) => code));

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** What is known about a file besides its text. */
export interface LintFileOptions {
  /** The name of the file, as problems show it. */
  file?: string;
  /** Today as `YYYY-MM-DD`; without it, no date is in the future. */
  today?: string;
  /** For those who publish rules: metadata that the specification does not allow is an error. */
  strict?: boolean;
  /** The lists for `expand`; if they are given, a placeholder without a list is an error. */
  placeholders?: Readonly<Record<string, readonly (string | number)[]>>;
  /**
   * Log sources whose events are known: a rule for one of them that no event can satisfy is a
   * finding, also if its `logsource` only resembles theirs. Without it, nothing is known.
   */
  sources?: readonly KnownSource[];
  /** Whether the rules will see no other events: then a rule for anything else is a finding too. */
  onlySources?: boolean;
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
 * @param options The file's name, the current day, and what is known of the events.
 * @returns The problems in the order of the file.
 */
export function lintFile(text: string | Uint8Array, options: LintFileOptions = {}): Problem[] {
  return reportOf(readFile(text, options), options).problems(BETWEEN_FILES).sort(byPlace);
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
 * @param options What is known besides, the same for all files.
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
  const reports = new Map(read.map((file) => [file.source, reportOf(file, options)]));
  for (const { code, severity, run } of FILE_CHECKS) {
    const found = groupBy(run(placed, options), ({ source }) => source);
    for (const [source, findings] of found) {
      reports.get(source)?.addFindings(code, severity, findings);
    }
  }
  for (const [source, problem] of linkProblems(placed)) reports.get(source)?.addProblem(problem);
  return [...reports.values()].flatMap((report) => report.problems(new Set())).sort(byPlace);
}

/** What keeps correlations from loading that shows only among all documents. */
function* linkProblems(placed: readonly Placed[]): Generator<[Source, Problem]> {
  const sources = new Map(
    placed.flatMap(({ document: { correlation }, source }) =>
      correlation ? [[correlation, source] as const] : []
    ),
  );
  const rules = placed.flatMap(({ document }) => document.rule ?? []);
  const names = knownNames(placed);
  for (const problem of linkCorrelations([...sources.keys()], rules).problems) {
    const { correlation, message, unknown } = problem;
    const source = sources.get(correlation)!;
    // A rule that is there, but has errors of its own, is not unknown.
    if (unknown !== undefined && names.has(unknown.toLowerCase())) continue;
    const place = placedProblem(problem);
    yield [source, { ...place, message, excerpt: source.excerpt(place) }];
  }
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

/** The problems of a file by itself. */
function reportOf(
  { source, problems, documents }: LintedFile,
  options: LintFileOptions,
): FileReport {
  const report = new FileReport(source, problems);
  for (const document of documents) {
    for (const { code, severity, run } of CHECKS) {
      report.addFindings(code, severity, run(document, options));
    }
  }
  return report;
}

/** Orders problems by file, line and column; at one place, the most serious comes first. */
function byPlace(a: Problem, b: Problem): number {
  const [one, two] = [a.file ?? "", b.file ?? ""];
  if (one !== two) return one < two ? -1 : 1;
  return a.line - b.line || a.column - b.column || RANK[a.severity] - RANK[b.severity];
}

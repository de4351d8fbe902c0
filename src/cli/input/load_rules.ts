import {
  markBaseRules,
  type ParseOptions,
  parseSigma,
  type Problem,
  type SigmaCorrelation,
  type SigmaFilter,
  type SigmaMetadata,
  type SigmaRule,
} from "../../sigma/mod.ts";
import type { RuleFile } from "../../sigma/lint/mod.ts";
import { STATUSES } from "../../sigma/vocabulary.ts";
import { counted, note } from "../output/terminal.ts";

/**
 * For commands that examine rules and do not run them: deprecated and unsupported rules too, and
 * those that only correlations use.
 */
export const EVERY_RULE = { statuses: Object.keys(STATUSES), baseRules: true } as const;

/** What rule files contain. */
export interface LoadedRules {
  /** The rules without an error. */
  readonly rules: readonly SigmaRule[];
  /** The correlations without an error of their own. */
  readonly correlations: readonly SigmaCorrelation[];
  /** The filters without an error. */
  readonly filters: readonly SigmaFilter[];
}

/**
 * Parses rule files.
 *
 * @param files The files.
 * @param refusals Receives the errors.
 * @param lists The lists for the modifier expand, if they are known.
 * @returns The rules, correlations and filters without an error.
 */
export function loadRules(
  files: readonly RuleFile[],
  refusals: Refusals,
  lists: Pick<ParseOptions, "placeholders"> = {},
): LoadedRules {
  const rules: SigmaRule[] = [];
  const correlations: SigmaCorrelation[] = [];
  const filters: SigmaFilter[] = [];
  for (const { file, text } of files) {
    const parsed = parseSigma(text, { ...lists, file });
    for (const rule of parsed.rules) rules.push(rule);
    for (const correlation of parsed.correlations) correlations.push(correlation);
    for (const filter of parsed.filters) filters.push(filter);
    for (const problem of parsed.problems) refusals.add(file, problem);
  }
  markBaseRules(rules, correlations);
  return { rules, correlations, filters };
}

/** A file or rule that cannot be used, and why. */
export interface Refused {
  /** The file. */
  readonly file: string;
  /** The errors. */
  readonly problems: readonly Problem[];
  /** Whether its only problem is that its placeholders have no lists. */
  readonly needsPlaceholders: boolean;
}

/** Collects the errors of rules, so that one bad rule does not stop the others. */
export class Refusals {
  readonly #problems = new Map<string, Problem[]>();

  /** Adds a problem of a file, if it is an error. */
  add(file: string, problem: Problem): void {
    if (problem.severity !== "error") return;
    const known = this.#problems.get(file);
    if (known) known.push(problem);
    else this.#problems.set(file, [problem]);
  }

  /** What RuleSet and Correlator call for a document that does not load. */
  readonly onProblem = (problem: Problem, rule: SigmaMetadata): void =>
    this.add(rule.file ?? rule.title, problem);

  /** One entry for each file. */
  list(): Refused[] {
    return [...this.#problems].map(([file, problems]) => ({
      file,
      problems,
      needsPlaceholders: problems.every(({ code }) => code === "value-placeholder"),
    }));
  }
}

/**
 * Says how to provide the lists that rules need, if any rule does.
 *
 * @param refused What cannot be loaded.
 * @returns How many of them need nothing but lists.
 */
export function noteMissingLists(refused: readonly Refused[]): number {
  const waiting = refused.filter(({ needsPlaceholders }) => needsPlaceholders).length;
  if (waiting > 0) {
    note(
      `${counted(waiting, "rule")} ${waiting === 1 ? "needs" : "need"} placeholder lists: ` +
        `put them into lists/NAME.txt beside the rules, or pass them with --placeholders FILE, ` +
        `written as "name: [value, …]"`,
    );
  }
  return waiting;
}

/**
 * Says which rule files cannot be loaded, and the first reason of each.
 *
 * @param refused What cannot be loaded.
 */
export function noteRefused(refused: readonly Refused[]): void {
  for (const { file, problems } of refused) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    note(`${file}:${first?.line ?? 1}: rule not loaded: ${first?.message}${more}`);
  }
  const waiting = noteMissingLists(refused);
  if (waiting < refused.length) {
    note(
      `${counted(refused.length - waiting, "file")} with errors; ` +
        "'panoptes rules check' shows all of them",
    );
  }
}

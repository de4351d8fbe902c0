import type { Problem, SigmaRule } from "../../sigma/mod.ts";

/** A file or rule that cannot be used, and why. */
export interface Refused {
  /** The file. */
  readonly file: string;
  /** The errors. */
  readonly problems: readonly Problem[];
  /** Whether nothing is wrong with it but that its placeholders have no lists. */
  readonly needsPlaceholders: boolean;
}

/** Gathers what cannot be loaded, so that one bad rule does not stop the others. */
export class Refusals {
  readonly #problems = new Map<string, Problem[]>();

  /** Notes a problem of a file, unless it is no error. */
  add(file: string, problem: Problem): void {
    if (problem.severity !== "error") return;
    const known = this.#problems.get(file);
    if (known) known.push(problem);
    else this.#problems.set(file, [problem]);
  }

  /** What RuleSet calls for a rule that does not compile. */
  readonly onProblem = (problem: Problem, rule: SigmaRule): void =>
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

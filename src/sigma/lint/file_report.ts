import type { Source } from "../parse/source.ts";
import type { Problem, Severity } from "../problem.ts";
import type { Finding } from "./check.ts";
import { DisableComments } from "./disable_comments.ts";

/** The maximum findings of one check in one document, so a hostile file cannot fill memory. */
const MAX_FINDINGS = 500;

/** How many lines a finding names that stands for others. */
const MAX_LINES = 5;

/** A problem, with the places of others of its group. */
interface Reported {
  readonly problem: Problem;
  /** As `line:column`, its own place among them. */
  readonly places: Set<string>;
}

/** Collects the problems of one file, without those that disable comments silence. */
export class FileReport {
  readonly #source: Source;
  readonly #disables: DisableComments;
  readonly #reported: Reported[] = [];
  /** Findings by place, code and message: documents of a Sigma 1 collection share lines. */
  readonly #known = new Map<string, Reported>();
  /** The places of the problems of the engine, which are not reported again. */
  readonly #taken = new Set<string>();

  /**
   * @param source The file.
   * @param problems What the engine reports.
   */
  constructor(source: Source, problems: readonly Problem[]) {
    this.#source = source;
    this.#disables = new DisableComments(source);
    for (const problem of problems) this.addProblem(problem);
  }

  /** Adds a problem of the engine. */
  addProblem(problem: Problem): void {
    const place = placeOf(problem);
    this.#taken.add(place);
    if (!this.#disables.silences(problem)) {
      this.#reported.push({ problem, places: new Set([place]) });
    }
  }

  /**
   * Adds what a check finds in one document. Findings of one group become one, which names the
   * lines of the others; those that a comment silences take no part in it.
   */
  addFindings(code: string, severity: Severity, findings: Iterable<Finding>): void {
    const groups = new Map<unknown, Reported>();
    let count = 0;
    for (const { at, message, suggestion, group } of findings) {
      const { line, column } = this.#source.span(at);
      const place = `${line}:${column}`;
      if (severity !== "error" && this.#taken.has(place)) continue;
      if (this.#disables.silences({ code, severity, line })) continue;
      const leader = group === undefined ? undefined : groups.get(group);
      if (leader) {
        leader.places.add(place);
        continue;
      }
      // Reading on shows which disable comments are of use.
      if (count++ >= MAX_FINDINGS) continue;
      const key = `${place} ${code} ${message}`;
      let reported = this.#known.get(key);
      if (!reported) {
        const problem = this.#source.problem(code, severity, shortened(message), at, suggestion);
        reported = { problem, places: new Set([place]) };
        this.#known.set(key, reported);
        this.#reported.push(reported);
      }
      if (group !== undefined) groups.set(group, reported);
    }
  }

  /**
   * The problems, with those of the disable comments themselves.
   *
   * @param notRun Codes that were not checked; a comment for them is not reported as unused.
   */
  problems(notRun: ReadonlySet<string>): Problem[] {
    return [...this.#reported.map(withOthers), ...this.#disables.problems(notRun)];
  }
}

function placeOf({ line, column }: Problem): string {
  return `${line}:${column}`;
}

/** A finding that stands for others says how many they are, and where. */
function withOthers({ problem, places }: Reported): Problem {
  const others = places.size - 1;
  if (others === 0) return problem;
  const lines = [...new Set([...places].map((place) => Number.parseInt(place)))]
    .filter((line) => line !== problem.line).sort((a, b) => a - b);
  const shown = lines.slice(0, MAX_LINES).join(", ");
  const where = lines.length === 0
    ? "in this line"
    : `in line${lines.length === 1 ? "" : "s"} ${shown}${lines.length > MAX_LINES ? ", …" : ""}`;
  const count = `${others} more ${others === 1 ? "place" : "places"}`;
  return { ...problem, message: `${problem.message}; also at ${count} ${where}` };
}

/** Messages quote values, which may be as long as the file. */
function shortened(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 299)}…`;
}

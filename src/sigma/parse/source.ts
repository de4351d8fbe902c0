import type { Problem, ProblemCode, Severity, Span } from "../problem.ts";
import type { Offsets, YamlScalar } from "./yaml_tree.ts";

/** Where a problem is: a node of the YAML tree, or offsets. */
export type Place = { start: number; end: number } | Offsets | null | undefined;

/** The text of one file: turns offsets into lines and columns, and places into problems. */
export class Source {
  /** The whole text; its lines end with LF or CR LF. */
  readonly text: string;
  /** The name of the file, for messages. */
  readonly file: string | undefined;
  /** Everything reported so far. */
  readonly problems: Problem[] = [];
  readonly #strict: boolean;
  #lineStarts: number[] | undefined;
  /** Where the value of a scalar begins, as written; -1 where quoting hides it. */
  readonly #valueStarts = new WeakMap<YamlScalar, number>();

  /**
   * @param text The whole text.
   * @param options `file` is its name; `strict` makes findings errors.
   */
  constructor(text: string, { file, strict = false }: { file?: string; strict?: boolean } = {}) {
    // To YAML, a CR alone ends a line; to the package that reads it, and to lint, an LF does.
    this.text = text.replace(/\r(?!\n)/g, "\n");
    this.file = file;
    this.#strict = strict;
  }

  /** The lines and columns of a place. */
  span(place: Place): Span {
    const [start, end] = this.offsets(place);
    const from = this.#lineOf(start);
    const to = this.#lineOf(Math.max(start, end));
    return {
      line: from + 1,
      column: start - this.#starts()[from]! + 1,
      endLine: to + 1,
      endColumn: Math.max(start, end) - this.#starts()[to]! + 1,
    };
  }

  /** The offsets of a place; a missing one is the start of the file. */
  offsets(place: Place): Offsets {
    if (!place) return [0, 0];
    return "start" in place ? [place.start, place.end] : place;
  }

  /** A part of a scalar's value, in units of the value; the whole scalar where quoting hides it. */
  within(scalar: YamlScalar, start: number, end: number): Offsets {
    const [from, to] = this.offsets(scalar);
    const raw = this.text.slice(from, to);
    // Remembered: a long condition may have many problems.
    const at = this.#valueStarts.get(scalar) ?? raw.indexOf(scalar.text);
    this.#valueStarts.set(scalar, at);
    if (at >= 0) return [from + at + start, from + at + end];
    const part = scalar.text.slice(start, end);
    const once = part === "" ? -1 : raw.indexOf(part);
    if (once < 0 || raw.indexOf(part, once + 1) >= 0) return [from, to];
    return [from + once, from + once + part.length];
  }

  /** Notes a problem of the engine. */
  report(
    code: ProblemCode,
    message: string,
    place: Place,
    suggestion?: string,
    severity: Severity = "error",
  ): void {
    this.problems.push(this.problem(code, severity, message, place, suggestion));
  }

  /** Notes what changes no decision of a rule: an error only for those who publish rules. */
  finding(code: ProblemCode, message: string, place: Place, suggestion?: string): void {
    this.report(code, message, place, suggestion, this.#strict ? "error" : "warning");
  }

  /** Leaves out what was noted twice, since two documents share the text it is about. */
  dropRepeated(): void {
    const once = new Map(
      this.problems.map((problem) => [
        `${problem.line}:${problem.column}:${problem.endColumn}:${problem.code}:${problem.message}`,
        problem,
      ]),
    );
    if (once.size === this.problems.length) return;
    this.problems.length = 0;
    for (const problem of once.values()) this.problems.push(problem);
  }

  /** Makes a problem without noting it, for layers with codes of their own. */
  problem(
    code: string,
    severity: Severity,
    message: string,
    place: Place,
    suggestion?: string,
  ): Problem {
    const span = this.span(place);
    return {
      code,
      severity,
      message,
      ...(this.file === undefined ? {} : { file: this.file }),
      ...span,
      excerpt: this.excerpt(span),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  }

  /** The line of a span with carets below; long lines are cut around the place. */
  excerpt(span: Span): string {
    const line = this.line(span.line);
    const last = span.endLine === span.line ? span.endColumn : line.length + 1;
    const skip = Math.max(0, span.column - 1 - 60);
    const shown = line.slice(skip, skip + 120).replaceAll("\t", " ");
    const carets = Math.min(Math.max(1, last - span.column), 120);
    return `${shown}\n${" ".repeat(span.column - 1 - skip)}${"^".repeat(carets)}`;
  }

  /** One line of the text without its line break; lines count from 1. */
  line(number: number): string {
    const start = this.#starts()[number - 1] ?? this.text.length;
    const next = this.#starts()[number];
    const line = this.text.slice(start, next === undefined ? undefined : next - 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  /** Made at the first need: most files have no problem. */
  #starts(): number[] {
    if (this.#lineStarts) return this.#lineStarts;
    const starts = [0];
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) {
      starts.push(at + 1);
    }
    return this.#lineStarts = starts;
  }

  #lineOf(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

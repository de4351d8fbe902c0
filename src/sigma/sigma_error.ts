import type { Problem, ProblemCode } from "./problem.ts";

/**
 * Thrown when rules cannot be compiled; carries every problem, not only the first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SigmaError } from "./sigma_error.ts";
 *
 * assertEquals(new SigmaError([]).code, "rules-invalid");
 * ```
 */
export class SigmaError extends Error {
  /** The name of the class. */
  override readonly name = "SigmaError";
  /** Always "rules-invalid"; each problem has a code of its own. */
  readonly code = "rules-invalid";
  /** Every problem, in the order of the rules. */
  readonly problems: readonly Problem[];

  /**
   * Creates the error; its message is that of the first problem.
   *
   * @param problems At least one problem of severity error.
   */
  constructor(problems: readonly Problem[]) {
    const first = problems[0];
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(`Cannot compile rules: ${first?.message ?? "unknown problem"}${more}`);
    this.problems = problems;
  }
}

/** Why a value cannot be compiled; caught where items are compiled. */
export class ItemError extends Error {
  /** The kind of problem. */
  readonly code: ProblemCode;
  /** What to write instead. */
  readonly suggestion: string | undefined;

  /** @param code The kind. @param message One sentence. @param suggestion What to write instead. */
  constructor(code: ProblemCode, message: string, suggestion?: string) {
    super(message);
    this.code = code;
    this.suggestion = suggestion;
  }
}

import type { Redact } from "../../stream/redact.ts";
import type { Problem } from "./problem.ts";

/** A chain of causes may be a circle. */
const MAX_CAUSES = 8;

/**
 * Takes the token out of an error that is about to leave the client: out of its message, its stack,
 * the problem that it quotes, and its causes. Every error passes here when it is finished, whatever
 * it was made of.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { redactor } from "../../stream/redact.ts";
 * import { errorOfStatus } from "./status_errors.ts";
 * import { redactError } from "./redact_error.ts";
 *
 * const error = errorOfStatus(401, { problem: { title: "Bad token made-up-token" } });
 * redactError(error, redactor("made-up-token"));
 * assertEquals(error.message, "Cannot list audit events: 401: Bad token [redacted]");
 * assertEquals(error.problem, { title: "Bad token [redacted]" });
 * ```
 *
 * @typeParam E The class of the error.
 * @param error The error; it is changed, so that it keeps its class and its members.
 * @param redact Takes the token out of a text.
 * @returns The same error.
 */
export function redactError<E>(error: E, redact: Redact): E {
  let cause: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    replace(cause, "message", redact(cause.message));
    if (cause.stack !== undefined) replace(cause, "stack", redact(cause.stack));
    const { problem } = cause as { problem?: Problem };
    if (problem !== undefined) replace(cause, "problem", redactProblem(problem, redact));
    cause = cause.cause;
  }
  return error;
}

function redactProblem(problem: Problem, redact: Redact): Problem {
  const texts = <T extends object>(members: T): T =>
    Object.fromEntries(
      Object.entries(members).map(([name, value]) => [
        name,
        typeof value === "string" ? redact(value) : value,
      ]),
    ) as T;
  const { errors, ...rest } = problem;
  return { ...texts(rest), ...(errors !== undefined && { errors: errors.map(texts) }) };
}

/** Some errors have their message from their prototype, where it cannot be assigned. */
function replace(error: Error, name: string, value: unknown): void {
  const { enumerable = false } = Object.getOwnPropertyDescriptor(error, name) ?? {};
  Object.defineProperty(error, name, { value, enumerable, writable: true, configurable: true });
}

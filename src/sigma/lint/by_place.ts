import type { Problem, Severity } from "../problem.ts";

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** Orders problems by file, line, column, and the worst first at one place.
 *
 * @param a One problem.
 * @param b Another.
 * @returns Below 0 when `a` comes first.
 */
export function byPlace(a: Problem, b: Problem): number {
  const [one, two] = [a.file ?? "", b.file ?? ""];
  if (one !== two) return one < two ? -1 : 1;
  return a.line - b.line || a.column - b.column || RANK[a.severity] - RANK[b.severity];
}

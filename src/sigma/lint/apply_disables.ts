import { closest } from "../closest.ts";
import type { Source } from "../parse/source.ts";
import type { Problem } from "../problem.ts";
import { CODES } from "./codes.ts";
import { disableComments, silences } from "./disable_comments.ts";

/** Takes out what disable comments silence, and reports comments that silence nothing.
 *
 * @param problems Everything found in the file.
 * @param source The file.
 * @param notRun Codes that could not have been reported; a comment for them may be of use elsewhere.
 * @returns What is left, with findings about the comments themselves.
 */
export function applyDisables(
  problems: readonly Problem[],
  source: Source,
  notRun: ReadonlySet<string> = new Set(),
): Problem[] {
  const disables = disableComments(source.text);
  if (disables.length === 0) return [...problems];
  const left = problems.filter((problem) => !disables.some((each) => silences(each, problem)));
  for (const disable of disables) {
    for (const { code, at } of disable.codes) {
      if (code !== "all" && !CODES.has(code)) {
        const near = closest(code, CODES.keys());
        left.push(source.problem(
          "disable-unknown",
          "warning",
          `No check is called '${code}'` + (near ? `; did you mean '${near}'?` : ""),
          at,
          near ? `Write '${near}'` : "Take a code from docs/lint/README.md",
        ));
        continue;
      }
      if (notRun.has(code)) continue;
      const one = { ...disable, codes: [{ code, at }] };
      if (problems.some((problem) => silences(one, problem))) continue;
      const error = problems.some(({ code: other, severity }) =>
        other === code && severity === "error"
      );
      left.push(source.problem(
        "disable-unused",
        "info",
        error
          ? `'${code}' is an error here, and errors cannot be disabled`
          : `Nothing here is reported as '${code}'`,
        at,
        "Remove it from the comment",
      ));
    }
    if (disable.codes.length > 0) continue;
    left.push(source.problem(
      "disable-unknown",
      "warning",
      "This disable comment names no check",
      disable.at,
      "Name the codes: # panoptes-disable CODE, CODE",
    ));
  }
  return left;
}

import { escapeInvisible } from "../../stream/plain_text.ts";
import type { Problem, Severity } from "../problem.ts";
import { fullMessage } from "./full_message.ts";

const COLOURS: Record<Severity, number> = { error: 31, warning: 33, info: 36 };
const WORDS: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

/**
 * Formats problems for people: place, code, message, and the line with carets below it.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { formatText } from "./format_text.ts";
 * import { lintFile } from "./lint_files.ts";
 *
 * const rule = "title: a\nlogsource: {product: b}\ndetection: {c: {d|contain: e}, condition: c}\n";
 * assertStringIncludes(
 *   formatText(lintFile(rule, { file: "rule.yml" })),
 *   "rule.yml:3:19: error modifier-unknown: Unknown modifier 'contain'; did you mean 'contains'?",
 * );
 * ```
 *
 * @param problems The problems, in the order to show them.
 * @param options `colour` adds terminal colours.
 * @returns The text, ending with a line of counts.
 */
export function formatText(
  problems: readonly Problem[],
  options: { colour?: boolean } = {},
): string {
  const paint = (style: number, text: string) =>
    options.colour ? `\u001b[${style}m${text}\u001b[0m` : text;
  const blocks = problems.map((problem) => {
    const place = escapeInvisible(`${problem.file ?? "<text>"}:${problem.line}:${problem.column}`);
    const kind = paint(COLOURS[problem.severity], `${WORDS[problem.severity]} ${problem.code}`);
    const excerpt = problem.excerpt === undefined
      ? ""
      : excerptOf(problem.excerpt, problem.line, (text) => paint(COLOURS[problem.severity], text));
    return `${paint(1, place)}: ${kind}: ${fullMessage(problem)}\n${excerpt}`;
  });
  return `${blocks.join("")}${countsOf(problems)}\n`;
}

function excerptOf(excerpt: string, line: number, paint: (text: string) => string): string {
  const [shown = "", carets = ""] = excerpt.split("\n");
  const margin = " ".repeat(String(line).length);
  // One character per unit, so that the carets stay below what they mark.
  const safe = [...shown.split("")].map((unit) => escapeInvisible(unit) === unit ? unit : "\ufffd")
    .join(
      "",
    );
  return `  ${line} | ${safe}\n  ${margin} | ${paint(carets)}\n`;
}

function countsOf(problems: readonly Problem[]): string {
  const count = (severity: Severity, one: string) => {
    const number = problems.filter((problem) => problem.severity === severity).length;
    return `${number} ${one}${number === 1 ? "" : "s"}`;
  };
  return `${count("error", "error")}, ${count("warning", "warning")}, ${count("info", "note")}`;
}

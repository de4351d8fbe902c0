import type { Problem, Severity } from "../problem.ts";
import { escapeInvisible } from "../../stream/plain_text.ts";
import { fullMessage } from "./full_message.ts";

const COMMANDS: Record<Severity, string> = { error: "error", warning: "warning", info: "notice" };

/**
 * Formats problems as GitHub workflow commands, which appear as annotations of the changed lines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatGithub } from "./format_github.ts";
 *
 * const place = { line: 6, column: 11, endLine: 6, endColumn: 18 };
 * assertEquals(
 *   formatGithub([{ code: "all-single", severity: "warning", message: "100%", file: "a,b.yml", ...place }]),
 *   "::warning file=a%2Cb.yml,line=6,endLine=6,col=11,endColumn=18,title=all-single::100%25\n",
 * );
 * ```
 *
 * @param problems The problems.
 * @returns One line per problem; nothing if there are none.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function formatGithub(problems: readonly Problem[]): string {
  return problems.map((problem) => {
    const { severity, code, file, line, column, endLine, endColumn } = problem;
    const properties: [string, string | number][] = [
      ...(file === undefined ? [] : [["file", file] as [string, string]]),
      ["line", line],
      ["endLine", endLine],
      // GitHub rejects columns that are on different lines.
      ...(line === endLine
        ? [["col", column], ["endColumn", endColumn]] as [string, number][]
        : []),
      ["title", code],
    ];
    const list = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    return `::${COMMANDS[severity]} ${list.join(",")}::${escapeData(fullMessage(problem))}\n`;
  }).join("");
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeInvisible(escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C"));
}

import type { Problem, Severity } from "../problem.ts";
import { CODES } from "./codes.ts";
import { fullMessage } from "./full_message.ts";

const LEVELS: Record<Severity, "error" | "warning" | "note"> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/**
 * Formats problems as a SARIF 2.1.0 log, which code-scanning pages read.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatSarif } from "./format_sarif.ts";
 *
 * assertEquals(JSON.parse(formatSarif([])).version, "2.1.0");
 * ```
 *
 * @param problems The problems; files are named relative to where the log is read.
 * @returns JSON, ending with a line break.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function formatSarif(problems: readonly Problem[]): string {
  const used = [...new Set(problems.map(({ code }) => code))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "panoptes",
          rules: used.map((code) => {
            const facts = CODES.get(code);
            return {
              id: code,
              shortDescription: { text: facts?.summary ?? code },
              defaultConfiguration: { level: LEVELS[facts?.severity ?? "error"] },
            };
          }),
        },
      },
      columnKind: "utf16CodeUnits",
      results: problems.map((problem) => ({
        ruleId: problem.code,
        ruleIndex: used.indexOf(problem.code),
        level: LEVELS[problem.severity],
        message: { text: fullMessage(problem) },
        ...(problem.file === undefined ? {} : { locations: [locationOf(problem, problem.file)] }),
      })),
    }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function locationOf({ line, column, endLine, endColumn }: Problem, file: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  };
}

/** A path as a URI; relative paths stay relative. */
function uriOf(file: string): string {
  const path = file.toWellFormed().replaceAll("\\", "/").split("/").map(encodeURIComponent).join(
    "/",
  );
  return path.startsWith("/") ? `file://${path}` : path;
}

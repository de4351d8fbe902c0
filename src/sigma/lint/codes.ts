import type { Severity } from "../problem.ts";
import { CHECK_GROUPS } from "./checks.ts";
import { ENGINE_CODES } from "./engine_codes.ts";
import { FILE_CHECKS } from "./file_checks.ts";

/** What lint knows of one code. */
export interface CodeFacts {
  /** How bad it is at worst. */
  readonly severity: Severity;
  /** What it stands for, in one sentence. */
  readonly summary: string;
}

/** Each code of the engine with its severity; all are errors but one. */
const engineCodes = Object.entries(ENGINE_CODES).map(([code, summary]) => ({
  code,
  severity: code === "metadata-unknown" ? "warning" as const : "error" as const,
  summary,
}));

function factsOf(
  checks: readonly (CodeFacts & { readonly code: string })[],
): ReadonlyMap<string, CodeFacts> {
  return new Map(checks.map(({ code, severity, summary }) => [code, { severity, summary }]));
}

/** The codes by group; `docs/lint/` has a file of each name. */
export const CODE_GROUPS: ReadonlyMap<string, ReadonlyMap<string, CodeFacts>> = new Map([
  ["engine_codes", factsOf(engineCodes)],
  ...Object.entries(CHECK_GROUPS)
    .map(([group, checks]) => [group, factsOf(checks)] as const),
  ["file", factsOf(FILE_CHECKS)],
  [
    "disable_comments",
    factsOf([
      {
        code: "disable-unknown",
        severity: "warning",
        summary: "A disable comment names no check, or one that does not exist.",
      },
      {
        code: "disable-unused",
        severity: "info",
        summary: "A disable comment silences nothing.",
      },
    ]),
  ],
]);

/** Every code that lint can report: those of the engine, the checks of a document and of files. */
export const CODES: ReadonlyMap<string, CodeFacts> = new Map(
  [...CODE_GROUPS.values()].flatMap((codes) => [...codes]),
);

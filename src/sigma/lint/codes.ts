import type { Severity } from "../problem.ts";
import { CHECKS } from "./checks.ts";
import { ENGINE_CODES } from "./engine_codes.ts";
import { FILE_CHECKS } from "./file_checks.ts";

/** What lint knows of one code. */
export interface CodeFacts {
  /** How bad it is at worst. */
  readonly severity: Severity;
  /** What it stands for, in one sentence. */
  readonly summary: string;
}

/** Every code that lint can report: those of the engine, the checks of a document and of files. */
export const CODES: ReadonlyMap<string, CodeFacts> = new Map<string, CodeFacts>([
  ...Object.entries(ENGINE_CODES).map(([code, summary]): [string, CodeFacts] => [
    code,
    { severity: code === "metadata-unknown" ? "warning" : "error", summary },
  ]),
  ...[...CHECKS, ...FILE_CHECKS].map(({ code, severity, summary }): [string, CodeFacts] => [
    code,
    { severity, summary },
  ]),
  ["disable-unknown", {
    severity: "warning",
    summary: "A disable comment names no check, or one that does not exist.",
  }],
  ["disable-unused", {
    severity: "info",
    summary: "A disable comment silences nothing.",
  }],
]);

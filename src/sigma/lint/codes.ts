import type { ProblemCode, Severity } from "../problem.ts";
import { CHECK_GROUPS } from "./checks.ts";
import { FILE_CHECKS } from "./file_checks.ts";

/** What the codes of the engine stand for; a new code of the engine is a type error here. */
export const ENGINE_CODES: Record<ProblemCode, string> = {
  "yaml-syntax": "The file is not YAML.",
  "yaml-duplicate-key": "A key stands twice in one map.",
  "yaml-too-deep": "The file nests too deep.",
  "yaml-alias": "A YAML alias names no anchor.",
  "document-too-large": "The file is too large for rules.",
  "document-kind": "A document is not a map, or the file holds none.",
  "document-correlation": "A correlation rule, which is not supported yet.",
  "document-action": "An 'action' document of Sigma 1.",
  "metadata-missing": "A required field is missing.",
  "metadata-type": "A field has a value of the wrong type.",
  "metadata-value": "A field has a value that the specification does not allow.",
  "metadata-unknown": "A custom field whose name is almost that of a field of the specification.",
  "logsource-empty": "A log source without category, product and service.",
  "detection-empty": "A detection, search identifier, list or map without content.",
  "detection-type": "A detection that is neither a map nor a list.",
  "detection-timeframe": "The 'timeframe' of Sigma 1.",
  "field-syntax": "A field name with brackets that cannot be read.",
  "field-quantifier": "An array quantifier that does not exist.",
  "modifier-unknown": "A modifier that does not exist.",
  "modifier-order": "A modifier at a place where it cannot stand.",
  "modifier-combination": "Modifiers that exclude each other.",
  "value-type": "A value of a type that its modifier cannot take.",
  "value-empty": "A list of values without values.",
  "value-syntax": "A value that its modifier cannot read.",
  "value-cidr": "A value of 'cidr' that is no network.",
  "value-regex": "A regular expression that cannot be read.",
  "value-regex-construct": "A regular expression that cannot run in linear time.",
  "value-placeholder": "A placeholder without a list of values.",
  "condition-missing": "A detection without condition.",
  "condition-syntax": "A condition that cannot be read.",
  "condition-name": "A condition names a search identifier that does not exist.",
  "condition-aggregation": "A condition with an aggregation of Sigma 1.",
  "condition-too-deep": "A condition that nests too deep.",
  "filter-rules": "A filter without rules.",
};

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

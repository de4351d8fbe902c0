import type { ProblemCode, Severity } from "../problem.ts";
import { CHECK_GROUPS } from "./checks.ts";
import { FILE_CHECKS } from "./file_checks.ts";

/** What the codes of the engine mean; a missing code is a type error. */
export const ENGINE_CODES: Record<ProblemCode, string> = {
  "yaml-encoding": "The file is not UTF-8.",
  "yaml-syntax": "The file is not valid YAML.",
  "yaml-duplicate-key": "A map has a duplicate key.",
  "yaml-too-deep": "The file is nested too deeply.",
  "yaml-alias": "A YAML alias refers to no anchor, or aliases repeat too much.",
  "document-too-large": "The file is too large.",
  "document-kind": "A document is not a map, or the file has no document.",
  "document-action": "An 'action' document of Sigma 1.",
  "metadata-missing": "A required field is missing.",
  "metadata-type": "A field has a value of the wrong type.",
  "metadata-value": "A field has a value that the specification does not allow.",
  "metadata-unknown": "A custom field has nearly the name of a field of the specification.",
  "logsource-empty": "A log source has no category, product or service.",
  "detection-empty": "A detection, search identifier, list or map is empty.",
  "detection-type": "A detection is neither a map nor a list.",
  "detection-timeframe": "A detection has the 'timeframe' of Sigma 1.",
  "field-syntax": "A field name has a bracket that is nearly a quantifier.",
  "field-quantifier": "An array quantifier is misspelt.",
  "modifier-unknown": "A modifier is unknown.",
  "modifier-order": "A modifier is in the wrong place.",
  "modifier-combination": "Modifiers cannot be combined, with each other or with a value.",
  "value-type": "A value has a type that its modifier does not accept.",
  "value-empty": "A list of values is empty.",
  "value-syntax": "A value is invalid for its modifier.",
  "value-cidr": "A value of 'cidr' is not a network.",
  "value-regex": "A regular expression is invalid, or too expensive.",
  "value-regex-construct": "A regular expression cannot run in linear time.",
  "value-placeholder": "A placeholder has no list of values.",
  "condition-missing": "A detection has no condition.",
  "condition-syntax": "A condition is invalid.",
  "condition-name": "A condition names an unknown search identifier.",
  "condition-aggregation": "A condition has an aggregation of Sigma 1.",
  "condition-too-deep": "A condition is nested too deeply.",
  "condition-too-large": "A detection has too many search identifiers for its patterns.",
  "filter-rules": "A filter names no rules.",
  "correlation-type": "The type of a correlation is missing or unknown.",
  "correlation-key": "A correlation has an unknown key.",
  "correlation-rules": "The list of rules of a correlation is invalid.",
  "correlation-reference": "A correlation refers to an unknown rule.",
  "correlation-cycle": "Correlations refer to each other in a cycle.",
  "correlation-group": "A correlation groups by what its rules do not have.",
  "correlation-alias": "An alias of a correlation is invalid.",
  "correlation-timespan": "The timespan of a correlation is missing or invalid.",
  "correlation-condition": "The condition of a correlation is invalid or can never hold.",
  "panoptes-history": "The 'new_value' or 'absence' of a rule is invalid.",
};

/** What lint knows of one code. */
export interface CodeFacts {
  /** How serious it is at most. */
  readonly severity: Severity;
  /** What it means, in one sentence. */
  readonly summary: string;
}

/** What loads all the same, unless the rules are to be published. */
const WARNINGS: readonly string[] = [
  "metadata-unknown",
] satisfies ProblemCode[];

/** Each code of the engine with its severity. */
const engineCodes = Object.entries(ENGINE_CODES).map(([code, summary]) => ({
  code,
  severity: WARNINGS.includes(code) ? "warning" as const : "error" as const,
  summary,
}));

function factsOf(
  checks: readonly (CodeFacts & { readonly code: string })[],
): ReadonlyMap<string, CodeFacts> {
  return new Map(checks.map(({ code, severity, summary }) => [code, { severity, summary }]));
}

/** The codes by group; `docs/lint/` has a file of each name. */
export const CODE_GROUPS: ReadonlyMap<string, ReadonlyMap<string, CodeFacts>> = new Map([
  ["engine", factsOf(engineCodes)],
  ...Object.entries(CHECK_GROUPS)
    .map(([group, checks]) => [group, factsOf(checks)] as const),
  ["file", factsOf(FILE_CHECKS)],
  [
    "disable_comments",
    factsOf([
      {
        code: "disable-unknown",
        severity: "warning",
        summary: "A disable comment names no check, or an unknown one.",
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

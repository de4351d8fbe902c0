/** How serious a problem is; only an error stops a rule from loading. */
export type Severity = "error" | "warning" | "info";

/** Lines and columns count from 1; columns count UTF-16 units; the end is exclusive. */
export interface Span {
  /** First line. */
  line: number;
  /** First column. */
  column: number;
  /** Last line. */
  endLine: number;
  /** The column after the last one. */
  endColumn: number;
}

/** The place of a problem in a document whose source is no longer available. */
export const NOWHERE: Span = { line: 1, column: 1, endLine: 1, endColumn: 1 };

/**
 * One problem in a rule file, with its place.
 *
 * The engine has the codes of {@linkcode ProblemCode}; lint adds its own.
 */
export interface Problem extends Span {
  /** What kind of problem, for machines and for inline disable comments. */
  code: string;
  /** An error stops the document from loading. */
  severity: Severity;
  /** One sentence without a full stop. */
  message: string;
  /** The file as it was named to the parser. */
  file?: string;
  /** The affected line, and below it a line with carets. */
  excerpt?: string;
  /** What to write instead. */
  suggestion?: string;
}

/** The codes of the problems that the engine itself reports. */
export type ProblemCode =
  | "yaml-encoding"
  | "yaml-syntax"
  | "yaml-duplicate-key"
  | "yaml-too-deep"
  | "yaml-alias"
  | "document-too-large"
  | "document-kind"
  | "document-action"
  | "metadata-missing"
  | "metadata-type"
  | "metadata-value"
  | "metadata-unknown"
  | "logsource-empty"
  | "detection-empty"
  | "detection-type"
  | "detection-timeframe"
  | "field-syntax"
  | "field-quantifier"
  | "modifier-unknown"
  | "modifier-order"
  | "modifier-combination"
  | "value-type"
  | "value-empty"
  | "value-syntax"
  | "value-cidr"
  | "value-regex"
  | "value-regex-construct"
  | "value-placeholder"
  | "condition-missing"
  | "condition-syntax"
  | "condition-name"
  | "condition-aggregation"
  | "condition-too-deep"
  | "condition-too-large"
  | "filter-rules"
  | "correlation-type"
  | "correlation-key"
  | "correlation-rules"
  | "correlation-reference"
  | "correlation-cycle"
  | "correlation-group"
  | "correlation-alias"
  | "correlation-timespan"
  | "correlation-condition"
  | "panoptes-history";

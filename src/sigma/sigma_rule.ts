import type { Span } from "./problem.ts";

/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };

/** A value of a detection item as the author wrote it, before modifiers. */
export type SigmaValue = string | number | boolean | null;

/** One `field|modifiers: values` line, or keywords, which are searched for in the whole event. */
export interface DetectionItem {
  /** Tells the kinds of {@linkcode Detection} apart. */
  kind: "item";
  /** The field, with dots if nested; "." is the array element itself, and null is for keywords. */
  field: string | null;
  /** The modifiers in the order written. */
  modifiers: string[];
  /** The values; joined with OR unless the modifiers include `all`. */
  values: SigmaValue[];
  /** For each value: how a number is written, such as `1.0` for 1, if that is a string of its own. */
  written?: (string | null)[];
}

/** Which elements of an array a block requires; a number is a position, negative from the end. */
export type Quantifier = "any" | "all" | "all_or_empty" | "none" | number;

/** A block such as `field[any]:`, a nested detection that is tried on each element of an array. */
export interface DetectionBlock {
  /** Tells the kinds of {@linkcode Detection} apart. */
  kind: "block";
  /** The field that holds the array. */
  field: string;
  /** Which elements must match. */
  quantifier: Quantifier;
  /** What an element must match; its fields are those of the element. */
  body: Detection;
  /**
   * The same lines, if a name such as `resources[any].type` is that of a field, as in the
   * specification; it counts for events that have such a field.
   */
  literal?: Detection;
}

/** Named detections with a condition of their own, inside a block. */
export interface DetectionGroup {
  /** Tells the kinds of {@linkcode Detection} apart. */
  kind: "group";
  /** The named detections. */
  detections: NamedDetection[];
  /** How they combine. */
  condition: Condition;
}

/** A map (all of its items) or a list (any of its entries). */
export interface DetectionList {
  /** Tells the kinds of {@linkcode Detection} apart. */
  kind: "all" | "any";
  /** The parts, never empty. */
  of: Detection[];
}

/** The content of a search identifier. */
export type Detection = DetectionItem | DetectionBlock | DetectionGroup | DetectionList;

/** A search identifier with its detection. */
export interface NamedDetection {
  /** The search identifier. */
  name: string;
  /** Its detection. */
  detection: Detection;
}

/** A parsed condition: names of detections under `and`, `or`, `not` and `x of`. */
export type Condition =
  | { op: "and"; of: Condition[] }
  | { op: "or"; of: Condition[] }
  | { op: "not"; of: Condition }
  | { op: "name"; name: string }
  | { op: "1 of"; pattern: string; names: string[] }
  | { op: "all of"; pattern: string; names: string[] };

/** A condition with the text it was parsed from. */
export interface ParsedCondition {
  /** As written. */
  text: string;
  /** As understood. */
  expression: Condition;
}

/** Where the events of a rule come from. */
export interface LogSource {
  /** A group of products, such as process_creation. */
  category?: string;
  /** A product, such as windows. */
  product?: string;
  /** A part of a product's logs, such as security. */
  service?: string;
  /** How to configure the source; not used for routing. */
  definition?: string;
  /** Further keys, which route like the first three. */
  custom?: Record<string, string>;
}

/** A relation to another rule. */
export interface RelatedRule {
  /** The other rule. */
  id: string;
  /** What it is to this one. */
  type: string;
}

/** What every kind of document says about itself, all as plain JSON data. */
export interface SigmaMetadata {
  /** A brief title. */
  title: string;
  /** Preferably a UUID; unique among loaded rules. */
  id?: string;
  /** A readable name that correlations can refer to. */
  name?: string;
  /** The taxonomy of the field names; absent means "sigma". */
  taxonomy?: string;
  /** stable, test, experimental, deprecated or unsupported. */
  status?: string;
  /** What it detects. */
  description?: string;
  /** An SPDX licence expression. */
  license?: string;
  /** Who wrote it. */
  author?: string;
  /** Where to read more. */
  references: string[];
  /** YYYY-MM-DD. */
  date?: string;
  /** YYYY-MM-DD. */
  modified?: string;
  /** Relations to other rules. */
  related: RelatedRule[];
  /** Tags such as attack.t1078. */
  tags: string[];
  /** Every top-level field that the specification does not know, such as `tests` and `panoptes`. */
  custom: Record<string, JsonValue>;
  /** The file it came from, as named to the parser. */
  file?: string;
}

/** What rules and filters have in common. */
export interface SigmaDocument extends SigmaMetadata {
  /** Where it applies. */
  logsource: LogSource;
  /** The search identifiers in the order written. */
  detections: NamedDetection[];
  /** At least one; each matches on its own. */
  conditions: ParsedCondition[];
}

/** What the alerts of rules and correlations show. */
export interface AlertMetadata {
  /** informational, low, medium, high or critical. */
  level?: string;
  /** Fields worth showing to an analyst. */
  fields: string[];
  /** Known false positives. */
  falsepositives: string[];
  /** The intended scope. */
  scope: string[];
}

/** A Sigma rule as plain JSON data: it can be stored, sent and compiled elsewhere, without YAML. */
export interface SigmaRule extends SigmaDocument, AlertMetadata {
  /** Tells the kinds of documents apart. */
  kind: "rule";
  /**
   * Whether a correlation is about the rule and does not say `generate: true`: then it makes no
   * alert by itself.
   */
  base?: true;
}

/** A Sigma filter: a condition that is added to other rules. */
export interface SigmaFilter extends SigmaDocument {
  /** Tells the kinds of documents apart. */
  kind: "filter";
  /** Ids or names of the rules it applies to, or "any". */
  rules: string[] | "any";
}

/** What a correlation computes from the matches in a window. */
export type CorrelationType =
  | "event_count"
  | "value_count"
  | "temporal"
  | "temporal_ordered"
  | "value_sum"
  | "value_avg"
  | "value_percentile"
  | "value_median";

/** Bounds of a number; all of them must hold. */
export type Thresholds = Partial<Record<"gt" | "gte" | "lt" | "lte" | "eq" | "neq", number>>;

/** What must hold in a window: a number within bounds, or rules under `and`, `or` and `not`. */
export type CorrelationCondition =
  | {
    /** Tells the kinds of conditions apart. */
    kind: "thresholds";
    /** The bounds. */
    thresholds: Thresholds;
    /** The fields whose values are counted or computed with; several count as one tuple. */
    fields: string[];
    /** Which percentile, from 0 to 100. */
    percentile?: number;
  }
  | ({
    /** Tells the kinds of conditions apart. */
    kind: "expression";
  } & ParsedCondition);

/** A Sigma correlation: what several matches of rules mean together, as plain JSON data. */
export interface SigmaCorrelation extends SigmaMetadata, AlertMetadata {
  /** Tells the kinds of documents apart. */
  kind: "correlation";
  /** What it computes. */
  type: CorrelationType;
  /** Ids or names of rules and correlations, in the order written. */
  rules: string[];
  /** The fields whose values must be equal; without any, all matches are one group. */
  groupBy: string[];
  /** For each alias, the field that it stands for in the matches of each rule. */
  aliases: Record<string, Record<string, string>>;
  /** The length of a window, as written and in seconds. */
  timespan: { text: string; seconds: number };
  /** What must hold. */
  condition: CorrelationCondition;
  /** Whether the referenced rules also alert on their own. */
  generate: boolean;
  /** Where its parts are in the file, for problems that show only among other rules. */
  places?: Record<string, Span>;
}

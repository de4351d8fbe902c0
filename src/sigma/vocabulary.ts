/**
 * The words that Sigma defines, with the meaning that an editor shows beside each.
 *
 * The parser, lint and the JSON schema all read them here. Modifiers have a table of their own, in
 * `modifiers.ts`.
 *
 * @see Sigma specification 2.1.0: rules, tags appendix, `json-schema/`
 * @module
 */

/** The words that a field allows, each with its meaning. */
export type Words = Readonly<Record<string, string>>;

/** How far a rule has matured. */
export const STATUSES = {
  stable: "Few false positives in several environments over a long time",
  test: "Few false positives on a limited set of systems",
  experimental: "New; may be noisy",
  deprecated: "Replaced or covered by another rule, named under related",
  unsupported: "Cannot be used as it is",
} as const satisfies Words;

/** The statuses of rules that are loaded unless the caller says otherwise. */
export const LOADED_STATUSES: readonly string[] = ["stable", "test", "experimental"];

/** How serious a match is, lowest first. */
export const LEVELS = {
  informational: "For enrichment; expected to match very often",
  low: "Notable, but rarely an incident by itself",
  medium: "To be reviewed regularly",
  high: "To be reviewed promptly",
  critical: "Points to an incident; to be reviewed immediately",
} as const satisfies Words;

/** What another rule is to this one. */
export const RELATIONS = {
  derived: "This rule was derived from the other one; both may stay in use",
  obsolete: "This rule replaces the other one, which is no longer used",
  merged: "This rule merges the other ones, which may stay in use",
  renamed: "The other id is an earlier id of this rule",
  similar: "The two rules are alike, for example for another log source",
  correlation: "The other rule is a correlation that uses this one, or is used by it",
} as const satisfies Words;

/** The namespaces of tags, and what the tags in each are about. */
export const TAG_NAMESPACES = {
  attack: "MITRE ATT&CK tactics, techniques, groups, software and mitigations",
  car: "MITRE Cyber Analytics Repository",
  cve: "Common Vulnerabilities and Exposures",
  d3fend: "MITRE D3FEND tactics and techniques",
  detection: "The kind of detection",
  stp: "Summiting the Pyramid: how robust an analytic is",
  tlp: "Traffic Light Protocol: who may see the rule",
} as const satisfies Words;

/** Tactics of ATT&CK Enterprise, Mobile and ICS, as 2.1 and as 2.2 spell them. */
export const ATTACK_TACTICS: readonly string[] = [
  "reconnaissance",
  "resource-development",
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "defense-evasion",
  "defense-impairment",
  "stealth",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "command-and-control",
  "exfiltration",
  "impact",
  "evasion",
  "inhibit-response-function",
  "impair-process-control",
];

/** Tactics of D3FEND. */
export const D3FEND_TACTICS: readonly string[] = [
  "model",
  "harden",
  "detect",
  "isolate",
  "deceive",
  "evict",
  "restore",
];

/** The tags in the namespace `tlp`. */
export const TLP_TAGS: readonly string[] = [
  "clear",
  "white",
  "green",
  "amber",
  "amber-strict",
  "red",
];

/** The tags in the namespace `detection`. */
export const DETECTION_TAGS: readonly string[] = ["dfir", "emerging-threats", "threat-hunting"];

/** The keys of a log source; `definition` is for people, the others decide where events go. */
export const LOG_SOURCE_KEYS = {
  category: "A group of products, such as firewall or process_creation",
  product: "One product, such as windows or thousandeyes",
  service: "One log of the product, such as sshd or audit",
  definition: "How to make the source log this",
} as const satisfies Words;

/** What a correlation computes from the matches in a window. */
export const CORRELATION_TYPES = {
  event_count: "How many matches there are",
  value_count: "How many different values a field has, or several fields together",
  temporal: "Which of the rules matched, in any order",
  temporal_ordered: "Whether the rules matched in the order given",
  value_sum: "The sum of a field",
  value_avg: "The average of a field",
  value_percentile: "A percentile of a field, the 50th unless the condition says otherwise",
  value_median: "The median of a field",
} as const satisfies Words;

/** The keys of the section `correlation`. */
export const CORRELATION_KEYS = {
  type: "What is computed from the matches in a window",
  rules: "Ids or names of rules and correlations",
  "group-by": "Fields whose values must be equal; without it, all matches are one group",
  timespan: "The length of a window: a whole number and s, m, h or d",
  condition: "What must hold in a window",
  aliases: "Names for fields that are called differently in the matches of each rule",
  generate: "Whether the referenced rules also alert on their own",
} as const satisfies Words;

/** The only taxonomy of field names that this engine knows. */
export const TAXONOMY = "sigma";

/** A day as `YYYY-MM-DD`. */
export const DATE = /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$/;

/** A tag as `namespace.value`. */
export const TAG = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;

/** A UUID of any version. */
export const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** What the specification says about one metadata field. */
export interface MetadataField {
  /** The sentence that an editor shows beside it. */
  readonly meaning: string;
  /** A string, a list of strings without duplicates, or the list of related rules. */
  readonly type: "text" | "texts" | "related";
  /** The most characters that a string may have. */
  readonly max?: number;
  /** The fewest characters that a string may have. */
  readonly min?: number;
  /** The only words allowed. */
  readonly oneOf?: Words;
  /** What a string must look like. */
  readonly pattern?: {
    readonly test: RegExp;
    /** How serious a string that does not match is for those who publish rules. */
    readonly severity: "error" | "warning";
    /** The pattern in words. */
    readonly says: string;
    /** What a rule keeps of a string that does not match; undefined for nothing. */
    readonly kept: (text: string) => string | undefined;
  };
  /** Whether no document loads without it. */
  readonly required?: true;
  /** Whether it is prose: a list or map in place of a string is then read as one string. */
  readonly prose?: true;
  /** Whether a single string stands for a list of one. */
  readonly single?: boolean;
  /** Where the field is known; absent means everywhere. Correlations have all fields of rules. */
  readonly only?: "rule";
}

const DAY = {
  test: DATE,
  severity: "error",
  says: "a date as YYYY-MM-DD",
  kept: dayOf,
} as const;

/** The day of `2021/03/04`, `2021.3.4`, `20210304` or `2021-03-04T10:00:00Z`. */
function dayOf(text: string): string | undefined {
  const found = /^\s*(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T\s].*)?$/.exec(text);
  if (!found) return undefined;
  const [, year, , month, day] = found;
  const date = `${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`;
  return DATE.test(date) ? date : undefined;
}

/** The tag in lower case, with hyphens for spaces. */
function tagOf(text: string): string {
  const tag = text.trim().toLowerCase().replace(/\s+/g, "-");
  return TAG.test(tag) ? tag : text.trim();
}

/** The metadata fields of rules, correlations and filters. */
export const METADATA: ReadonlyMap<string, MetadataField> = new Map<string, MetadataField>([
  ["title", {
    meaning: "What is detected, in a few words",
    type: "text",
    max: 256,
    min: 1,
    required: true,
  }],
  ["id", {
    meaning: "A UUID for this document alone; version 4 is best",
    type: "text",
    pattern: { test: UUID, severity: "warning", says: "a UUID", kept: (text) => text.trim() },
  }],
  ["name", {
    meaning: "A unique readable name that correlations may use instead of the id",
    type: "text",
    max: 256,
    min: 1,
  }],
  ["related", { meaning: "Relations to other rules", type: "related" }],
  ["taxonomy", {
    meaning: "The taxonomy of the field names; sigma when absent",
    type: "text",
    max: 256,
  }],
  ["status", { meaning: "How far the rule has matured", type: "text", oneOf: STATUSES }],
  ["description", {
    meaning: "What the rule detects, and why it matters",
    type: "text",
    max: 65_535,
    prose: true,
  }],
  ["license", { meaning: "An SPDX licence expression", type: "text", prose: true }],
  ["author", { meaning: "Authors, separated by commas", type: "text", prose: true }],
  ["references", { meaning: "Where the rule comes from", type: "texts", prose: true }],
  ["date", { meaning: "Day of creation, YYYY-MM-DD", type: "text", pattern: DAY }],
  ["modified", { meaning: "Day of the last change, YYYY-MM-DD", type: "text", pattern: DAY }],
  ["fields", { meaning: "Fields that an analyst wants to see", type: "texts", only: "rule" }],
  ["falsepositives", {
    meaning: "Harmless causes of a match",
    type: "texts",
    min: 2,
    single: true,
    prose: true,
    only: "rule",
  }],
  ["level", { meaning: "How serious a match is", type: "text", oneOf: LEVELS, only: "rule" }],
  ["tags", {
    meaning: "Tags as namespace.value",
    type: "texts",
    pattern: { test: TAG, severity: "error", says: "namespace.value in lower case", kept: tagOf },
  }],
  ["scope", { meaning: "The intended scope", type: "texts", min: 2, prose: true, only: "rule" }],
]);

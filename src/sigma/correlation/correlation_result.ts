import type { SigmaCorrelation, SigmaRule } from "../sigma_rule.ts";

/**
 * What an alert is made from: a window in which a correlation holds, a value that is new to its
 * group, or a time without a match.
 */
export interface CorrelationResult {
  /** Which of the three. */
  kind: "window" | "new_value" | "absence";
  /**
   * The same however the events came, as JSON: the id of the correlation or rule, the group's
   * values, and the slot of time; or the new value; or the time of the last match.
   */
  id: string;
  /** The correlation, or the rule that looks back, the same object that was given. */
  document: SigmaCorrelation | SigmaRule;
  /**
   * The fields of `group-by` with their values, and the field with the new value; long values are
   * cut.
   */
  group: { field: string; value: string }[];
  /**
   * The start of the slot in milliseconds: the multiple of the timespan before `first`; without
   * slots, `first`.
   */
  slot: number;
  /** When the first match of the window happened, in milliseconds. */
  first: number;
  /**
   * When the last known match of the window happened, in milliseconds; for an absence, when its time
   * was over.
   */
  last: number;
  /**
   * From when it could be known, in milliseconds: `last`, or the end of the window for a condition
   * that waits.
   */
  knownAt: number;
  /**
   * The count, sum, average or percentile; for temporal correlations, how many rules matched; for a
   * new value, how many the group knows; 0 for an absence.
   */
  value: number;
  /** The events behind it, each once, oldest first, at most `maxEvents`. */
  events: string[];
  /** How many matches there are in the window, all of them. */
  count: number;
  /** What each of the referenced rules contributed; those without a match are left out. */
  parts: CorrelationPart[];
}

/** What one referenced rule contributed to a result. */
export interface CorrelationPart {
  /** The rule or correlation. */
  document: SigmaRule | SigmaCorrelation;
  /** When its first match in the window happened, in milliseconds. */
  first: number;
  /** When its last match in the window happened, in milliseconds. */
  last: number;
  /** How many matches, or results of a correlation. */
  count: number;
  /** Their events, at most `maxEvents`. */
  events: string[];
  /** For a correlation, the ids of its results, at most `maxEvents`. */
  results: string[];
}

/** What happened to matches that did not end as usual. */
export interface CorrelationTally {
  /** Matches that came when their windows had already been decided, or their state dropped. */
  late: number;
  /** Matches without a field of `group-by`. */
  ungrouped: number;
  /** Matches without a usable value of `condition.field`. */
  valueless: number;
  /** Matches dropped because a limit was reached. */
  dropped: number;
}

/** A tally of nothing. */
export function newTally(): CorrelationTally {
  return { late: 0, ungrouped: 0, valueless: 0, dropped: 0 };
}

/** What a call of {@linkcode Correlator.correlate} found. */
export interface CorrelationOutcome {
  /** What now holds, in the order of time. */
  results: CorrelationResult[];
  /** What was left out. */
  tally: CorrelationTally;
}

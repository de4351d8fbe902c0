/**
 * The bounds of what correlations keep; what does not fit is dropped and counted. Up to a sixteenth
 * more goes with it, so that room need not be made for every match.
 */
export interface CorrelationLimits {
  /** Matches in one group, or values that it remembers; the oldest are dropped. */
  maxMatchesPerGroup: number;
  /** Groups of one correlation; those that expire first are dropped. */
  maxGroups: number;
  /** Matches in all; groups that expire first are dropped. */
  maxMatches: number;
  /** Groups that one event can belong to, if a field of `group-by` has several values. */
  maxGroupsPerEvent: number;
  /** Events, and results, that are listed in a result. */
  maxEvents: number;
}

/** The limits that apply unless others are given. */
export const CORRELATION_LIMITS: Readonly<CorrelationLimits> = {
  maxMatchesPerGroup: 10_000,
  maxGroups: 100_000,
  maxMatches: 1_000_000,
  maxGroupsPerEvent: 16,
  maxEvents: 100,
};

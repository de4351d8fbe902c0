import type { SigmaCorrelation, SigmaRule } from "../sigma_rule.ts";
import type { CorrelationLimits } from "./limits.ts";
import type { CorrelationResult, CorrelationTally } from "./correlation_result.ts";
import type { CorrelationStore } from "./correlation_store.ts";
import type { GroupMatch } from "./group_state.ts";

/** A match on its way to one group of one tracker. */
export interface CorrelationInput extends GroupMatch {
  /** The index of the tracker. */
  readonly index: number;
  /** The group. */
  readonly group: string;
  /** The next one of the same group; for the correlator alone. */
  next: CorrelationInput | undefined;
}

/** Where the matches of a rule have what a tracker needs. */
export interface MatchPlaces {
  /** For each field of `group-by`: the number of the event's field, or of the result's group. */
  group: number[];
  /** The same for the fields whose values are looked at. */
  values: number[];
}

/** A correlation that refers to what a tracker finds. */
export interface Parent {
  /** The index of its tracker. */
  index: number;
  /** The number of the reference there. */
  reference: number;
  /** Where the groups of the results have what it needs. */
  from: MatchPlaces;
  /** Whether it counts results, and so needs to know which they are. */
  countsResults: boolean;
}

/** A range of time in milliseconds; both ends belong to it. */
export interface UnreadRange {
  /** Its start. */
  readonly from: number;
  /** Its end. */
  readonly to: number;
}

/** What all trackers share during one call of `correlate()`. */
export interface Round {
  /** Where groups are kept. */
  readonly store: CorrelationStore;
  /** The bounds of what is kept. */
  readonly limits: CorrelationLimits;
  /** What was left out. */
  readonly tally: CorrelationTally;
  /** The watermark of the call before. */
  readonly before: number;
  /** The watermark of this call; it applies after the inputs. */
  readonly watermark: number;
  /** Ranges of time that could not be read, so that nothing is known of them. */
  readonly unread: readonly UnreadRange[];
  /** Where results are added. */
  readonly results: CorrelationResult[];
  /** The rules and correlations whose results only count for others. */
  readonly silent: ReadonlySet<SigmaRule | SigmaCorrelation>;
  /** Hands a match to a tracker that comes later. */
  queue(input: CorrelationInput): void;
}

/** What keeps matches from call to call: a correlation, or a rule that looks back. */
export interface Tracker {
  /** What its groups are stored under; changes with whatever changes the meaning of its state. */
  readonly stateKey: string;
  /**
   * Takes matches into one group, and finds what they complete.
   *
   * @param round The call.
   * @param group The group.
   * @param matches From the oldest end to the newest, at least one.
   */
  feed(round: Round, group: string, matches: readonly CorrelationInput[]): void;
  /** Decides what the watermark has passed, and drops what has expired. */
  settle(round: Round): void;
}

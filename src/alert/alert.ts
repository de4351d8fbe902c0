import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { MatchedField } from "./matched_field.ts";

/**
 * What a match becomes: the rule in short, the event that caused it, and why it matched. Plain JSON.
 *
 * Every text in `event` and `matched` comes from whoever acted in ThousandEyes: it is data, and
 * whatever shows it has to escape it for its own medium.
 */
export interface Alert {
  /** Computed from the rule, the event and its occurrence, so that a second run gives the same; see `alertId()`. */
  readonly id: string;
  /** The rule's `id`, or its title where it has none. */
  readonly ruleId: string;
  /** The rule's title. */
  readonly title: string;
  /** The rule's level; `informational` where it states none. */
  readonly level: AlertLevel;
  /** The rule's status, such as `stable` or `experimental`. */
  readonly status?: string;
  /** The rule's tags, such as `attack.t1078`. */
  readonly tags: readonly string[];
  /** Where the rule's author points for more. */
  readonly references: readonly string[];
  /** What else may cause this match, in the words of the rule's author. */
  readonly falsepositives: readonly string[];
  /** The rule's description. */
  readonly description?: string;
  /** The event as recorded, unknown members included. */
  readonly event: UserEvent;
  /** Which of the equal events (twins) this is, counted from 1. */
  readonly occurrence: number;
  /** The event's own date as the API sent it; null where it sent none. */
  readonly at: string | null;
  /** The fields that made the rule match. */
  readonly matched: readonly MatchedField[];
}

/** How grave a match is, in the words of the Sigma specification, lowest first. */
export const ALERT_LEVELS = ["informational", "low", "medium", "high", "critical"] as const;

/** One of {@linkcode ALERT_LEVELS}. */
export type AlertLevel = typeof ALERT_LEVELS[number];

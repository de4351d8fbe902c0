import { LEVELS } from "../sigma/vocabulary.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";

/**
 * What a match becomes: the rule in brief, the event that caused it, and why it matched. Plain
 * JSON.
 *
 * Every string in `event` and `matched` comes from whoever acted in ThousandEyes: it is data, and
 * whatever shows it has to escape it for its own medium.
 */
export interface Alert {
  /** Computed from the rule, the event and its occurrence, so always the same; see `alertId()`. */
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
  /** Further reading, as listed by the rule's author. */
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
  readonly date: string | null;
  /** The fields that made the rule match. */
  readonly matched: readonly AlertField[];
}

/** One reason for a match: this field held this value, which is what the rule's item asks for. */
export interface AlertField {
  /** The event's field, such as `resources.name`; null for a keyword, which may be in any field. */
  readonly field: string | null;
  /** The event's value that matched: hostile, to be treated as data. */
  readonly value: unknown;
  /** The item as the rule states it, such as `event|contains: login failed`. */
  readonly item: string;
}

/** How serious a match is, in Sigma's words. */
export type AlertLevel = keyof typeof LEVELS;

/** All levels, lowest first. */
export const ALERT_LEVELS = Object.keys(LEVELS) as readonly AlertLevel[];

/**
 * Whether a level is at least as serious as another.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isAtLeast } from "./alert.ts";
 *
 * assert(isAtLeast("high", "medium"));
 * assert(!isAtLeast("low", "medium"));
 * ```
 *
 * @param level The level in question.
 * @param minLevel The lowest level that is enough.
 * @returns True if `level` is `minLevel` or above.
 */
export function isAtLeast(level: AlertLevel, minLevel: AlertLevel): boolean {
  return ALERT_LEVELS.indexOf(level) >= ALERT_LEVELS.indexOf(minLevel);
}

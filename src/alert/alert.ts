import { LEVELS } from "../sigma/vocabulary.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";

/**
 * What a match becomes, as plain JSON; `docs/alerts.md` says what each member means.
 *
 * Every string in `events`, `matched` and `group` comes from whoever acted in ThousandEyes: it is
 * data, and whatever shows it has to escape it for its own medium. `summary` contains such strings
 * without control characters, and cut.
 */
export type Alert = {
  readonly version: 1;
  readonly id: string;
  readonly source?: string | undefined;
  readonly level: AlertLevel;
  readonly summary: string;
  readonly backfilled: boolean;
  readonly foldedInto?: string | undefined;
  readonly silencedBy?: AlertSilence | undefined;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  readonly rule: AlertRule;
  readonly group?: readonly AlertGroup[] | undefined;
  readonly parts?: readonly AlertPart[] | undefined;
  readonly eventCount: number;
  readonly events: readonly AlertEvent[];
  readonly matched: readonly AlertField[];
  readonly rulesRevision?: string | undefined;
};

/** What an alert carries of its rule. */
export type AlertRule = {
  readonly id: string;
  readonly title: string;
  readonly status?: string | undefined;
  readonly description?: string | undefined;
  readonly author?: string | undefined;
  readonly runbook?: string | undefined;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsepositives: readonly string[];
};

/** One of the events that caused an alert. */
export type AlertEvent = {
  readonly id: string | null;
  readonly occurrence: number;
  readonly event: UserEvent;
};

/** One reason for a match: this field held this value, which is what the rule's item asks for. */
export type AlertField = {
  readonly field: string | null;
  readonly value: unknown;
  readonly item: string;
};

/** One field that the events of a correlation have in common. */
export type AlertGroup = {
  readonly field: string;
  readonly value: string;
};

/** What one rule contributed to a correlation. */
export type AlertPart = {
  readonly ruleId: string;
  readonly title: string;
  readonly count: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
};

/** What has held back the notification of an alert. */
export type AlertSilence = {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  readonly until: string;
};

/** What closes a window in which repeats of an alert were folded: the `data` of `alert.folded`. */
export type FoldedAlerts = {
  readonly version: 1;
  readonly id: string;
  readonly source?: string | undefined;
  readonly level: AlertLevel;
  readonly summary: string;
  readonly rule: Pick<AlertRule, "id" | "title">;
  readonly group: readonly AlertGroup[];
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly from: string;
  readonly until: string;
};

/** How serious a match is, in Sigma's words. */
export type AlertLevel = "informational" | "low" | "medium" | "high" | "critical";

/** All levels, lowest first. */
export const ALERT_LEVELS = Object.keys(
  LEVELS satisfies Record<AlertLevel, string>,
) as readonly AlertLevel[];

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

/**
 * Whether a text is one of Sigma's levels.
 *
 * @param level The text.
 * @returns True if it is.
 */
export function isAlertLevel(level: string): level is AlertLevel {
  return (ALERT_LEVELS as readonly string[]).includes(level);
}

/**
 * The level of a rule's alerts.
 *
 * @param stated What the rule states.
 * @returns That level; `informational` if it states none, or none of Sigma's.
 */
export function alertLevelOf(stated: string | null | undefined): AlertLevel {
  return stated && isAlertLevel(stated) ? stated : "informational";
}

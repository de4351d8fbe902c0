import type * as v from "valibot";
import type {
  AlertEventSchema,
  AlertFieldSchema,
  AlertGroupSchema,
  AlertPartSchema,
  AlertRuleSchema,
  AlertSchema,
  FoldedAlertsSchema,
} from "./alert_schema.ts";
import { LEVELS } from "../sigma/vocabulary.ts";

/**
 * What a match becomes, as plain JSON; `AlertSchema` says what each member means.
 *
 * Every string in `events`, `matched` and `group` comes from whoever acted in ThousandEyes: it is
 * data, and whatever shows it has to escape it for its own medium. `summary` contains such strings
 * without control characters, and cut.
 */
export type Alert = InferredAlert;

/**
 * Named so that the documentation does not have to list the schemas.
 *
 * @internal
 */
export type InferredAlert = Readonly<v.InferOutput<typeof AlertSchema>>;

/** What an alert carries of its rule. */
export type AlertRule = Readonly<v.InferOutput<typeof AlertRuleSchema>>;

/** One of the events that caused an alert. */
export type AlertEvent = Readonly<v.InferOutput<typeof AlertEventSchema>>;

/** One reason for a match: this field held this value, which is what the rule's item asks for. */
export type AlertField = Readonly<v.InferOutput<typeof AlertFieldSchema>>;

/** One field that the events of a correlation have in common. */
export type AlertGroup = Readonly<v.InferOutput<typeof AlertGroupSchema>>;

/** What one rule contributed to a correlation. */
export type AlertPart = Readonly<v.InferOutput<typeof AlertPartSchema>>;

/** What closes a window in which repeats of an alert were folded; see `FoldedAlertsSchema`. */
export type FoldedAlerts = Readonly<v.InferOutput<typeof FoldedAlertsSchema>>;

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

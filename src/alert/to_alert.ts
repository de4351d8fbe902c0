import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { SigmaRule } from "../sigma/engine.ts";
import { type Alert, ALERT_LEVELS, type AlertField, type AlertLevel } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import { shorten } from "./shorten.ts";

/**
 * How much is kept of what matched: the event is in the alert already, and a row has to hold both.
 */
const MATCHED = { text: 1_000, members: 32, depth: 5 };

/** What an alert carries of a Sigma rule; any parsed rule will do. */
export type AlertingRule =
  & Pick<SigmaRule, "id" | "title" | "level" | "status" | "description">
  & Partial<Pick<SigmaRule, "tags" | "references" | "falsepositives">>;

/** What is known about the event that matched. */
export interface ToAlertOptions {
  /** The event's identity; see `identityOf()`. */
  readonly identity: string;
  /** Which of the equal events this is, counted from 1. */
  readonly occurrence: number;
  /**
   * Which fields made the rule match: the first 32, with strings cut at 1,000 characters; default
   * none.
   */
  readonly matched?: readonly AlertField[];
}

/**
 * Makes the alert of one match.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "./to_alert.ts";
 *
 * const event = { event: "Login failed.", date: "2026-11-22 10:00:00" };
 * const alert = toAlert({ title: "Failed login", level: "medium" }, event, {
 *   identity: '[null,null,1795341600000,"Login failed."]',
 *   occurrence: 1,
 * });
 * assertEquals([alert.ruleId, alert.level, alert.date], ["Failed login", "medium", "2026-11-22 10:00:00"]);
 * ```
 *
 * @param rule The rule that matched.
 * @param event The event as recorded.
 * @param options Identity, occurrence and matched fields.
 * @returns The alert, plain JSON; equal arguments give an equal alert.
 */
export function toAlert(
  rule: AlertingRule,
  event: UserEvent,
  { identity, occurrence, matched = [] }: ToAlertOptions,
): Alert {
  const ruleId = rule.id ?? rule.title;
  return {
    id: alertId(ruleId, identity, occurrence),
    ruleId,
    title: rule.title,
    level: isAlertLevel(rule.level) ? rule.level : "informational",
    ...(rule.status === undefined ? {} : { status: rule.status }),
    tags: rule.tags ?? [],
    references: rule.references ?? [],
    falsepositives: rule.falsepositives ?? [],
    ...(rule.description === undefined ? {} : { description: rule.description }),
    event,
    occurrence,
    date: typeof event.date === "string" ? event.date : null, // it may be an invalid event
    matched: shorten(matched.slice(0, MATCHED.members), MATCHED) as AlertField[],
  };
}

function isAlertLevel(level: string | undefined): level is AlertLevel {
  return (ALERT_LEVELS as readonly (string | undefined)[]).includes(level);
}

import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { type Alert, ALERT_LEVELS, type AlertLevel } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import type { MatchedField } from "./matched_field.ts";
import { shorten } from "./shorten.ts";

/** The event is in the alert already: what matched is repeated no further than a reader needs, so that a row holds both. */
const MATCHED = { text: 1_000, members: 32, depth: 5 };

/** The members of a Sigma rule that an alert carries; every parsed rule has this shape. */
export interface AlertingRule {
  /** The rule's UUID. */
  readonly id?: string | undefined;
  /** The rule's title. */
  readonly title: string;
  /** The rule's level. */
  readonly level?: string | undefined;
  /** The rule's status. */
  readonly status?: string | undefined;
  /** The rule's tags. */
  readonly tags?: readonly string[] | undefined;
  /** The rule's references. */
  readonly references?: readonly string[] | undefined;
  /** The rule's false positives. */
  readonly falsepositives?: readonly string[] | undefined;
  /** The rule's description. */
  readonly description?: string | undefined;
}

/** What is known of the event that matched. */
export interface ToAlertOptions {
  /** The event's identity text, as the log computes it. */
  readonly identity: string;
  /** Which of the equal events this is, counted from 1. */
  readonly occurrence: number;
  /** Which fields made the rule match, the first 32 of them, their texts cut at 1,000 characters; default none. */
  readonly matched?: readonly MatchedField[];
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
 * assertEquals([alert.ruleId, alert.level, alert.at], ["Failed login", "medium", "2026-11-22 10:00:00"]);
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
    at: event.date ?? null,
    matched: shorten(matched.slice(0, MATCHED.members), MATCHED) as MatchedField[],
  };
}

function isAlertLevel(level: string | undefined): level is AlertLevel {
  return (ALERT_LEVELS as readonly (string | undefined)[]).includes(level);
}

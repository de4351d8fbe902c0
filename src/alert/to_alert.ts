import type { SigmaRule } from "../sigma/engine.ts";
import { panoptesOf } from "../sigma/panoptes_field.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { type Alert, type AlertField, alertLevelOf, type AlertRule } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import { ruleIdOf } from "./named_rules.ts";
import { shorten } from "./shorten.ts";
import { summaryOf } from "./summary.ts";

/**
 * How much is kept of what matched: the event is in the alert already, and a row has to hold both.
 */
const MATCHED = { text: 1_000, members: 32, depth: 5 };

/** What an alert carries of a Sigma rule; any parsed rule or correlation will do. */
export type AlertingRule =
  & Pick<SigmaRule, "id" | "name" | "title" | "level" | "status" | "description" | "author">
  & Partial<Pick<SigmaRule, "tags" | "references" | "falsepositives" | "custom">>;

/** What is known about the event that matched. */
export interface ToAlertOptions {
  /** The event's identity; see `identityOf()`. */
  readonly identity: string;
  /** Which of the equal events this is, counted from 1. */
  readonly occurrence: number;
  /** The event's id in the log; null, the default, for an item that is not a valid event. */
  readonly eventId?: string | null;
  /** Its date in milliseconds since the Unix epoch; null, the default, where it has none. */
  readonly at?: number | null;
  /** Whether it is about the past, so that it pages nobody; default false. */
  readonly backfilled?: boolean;
  /**
   * Which fields made the rule match: the first 32, with strings cut at 1,000 characters; default
   * none.
   */
  readonly matched?: readonly AlertField[];
  /** The name of the source that the event comes from; default none. */
  readonly source?: string | undefined;
}

/**
 * Makes the alert of one match.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "./to_alert.ts";
 *
 * const event = { event: "Login failed.", user: "Ana Diaz (ana@example.org)" };
 * const alert = toAlert({ title: "Failed login", level: "medium" }, event, {
 *   identity: '[null,null,1795341600000,"Login failed."]',
 *   occurrence: 1,
 *   at: 1795341600000,
 * });
 * assertEquals(
 *   [alert.rule.id, alert.level, alert.summary, alert.firstAt],
 *   ["Failed login", "medium", "Failed login: Ana Diaz", "2026-11-22T10:00:00.000Z"],
 * );
 * ```
 *
 * @param rule The rule that matched.
 * @param event The event as recorded.
 * @param options Identity, occurrence, time and matched fields.
 * @returns The alert, plain JSON; equal arguments give an equal alert.
 */
export function toAlert(
  rule: AlertingRule,
  event: UserEvent,
  { identity, occurrence, eventId = null, at = null, backfilled = false, matched = [], source }:
    ToAlertOptions,
): Alert {
  const words = alertRuleOf(rule);
  const date = timeOf(at);
  return {
    version: 1,
    id: alertId(words.id, identity, occurrence, source),
    ...(source !== undefined && { source }),
    level: alertLevelOf(rule.level),
    summary: summaryOf(rule, event),
    backfilled,
    firstAt: date,
    lastAt: date,
    rule: words,
    eventCount: 1,
    events: [{ id: eventId, occurrence, event }],
    matched: shorten(matched.slice(0, MATCHED.members), MATCHED) as AlertField[],
  };
}

/**
 * What an alert carries of its rule.
 *
 * @param rule The rule.
 * @returns Its words, plain JSON.
 */
export function alertRuleOf(rule: AlertingRule): AlertRule {
  const { title, status, description, author } = rule;
  const { runbook } = panoptesOf(rule.custom);
  return {
    id: ruleIdOf(rule),
    title,
    ...(status !== undefined && { status }),
    ...(description !== undefined && { description }),
    ...(author !== undefined && { author }),
    ...(runbook !== undefined && { runbook }),
    tags: rule.tags ?? [],
    references: rule.references ?? [],
    falsepositives: rule.falsepositives ?? [],
  };
}

/**
 * The time of an event as an alert has it.
 *
 * @param at Milliseconds since the Unix epoch; null for an event without a date.
 * @returns ISO 8601; null where there is none that can be written.
 */
export function timeOf(at: number | null): string | null {
  return at === null || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}

import type { CorrelationResult } from "../sigma/engine.ts";
import { type Alert, type AlertEvent, alertLevelOf } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import { correlationSummary } from "./summary.ts";
import { alertRuleOf, timeOf } from "./to_alert.ts";

/** What is known of a result besides itself. */
export interface ToCorrelationAlertOptions {
  /** The events behind it, as far as they are shown; in any order. */
  readonly events: readonly AlertEvent[];
  /** Whether it is about the past, so that it pages nobody; default false. */
  readonly backfilled?: boolean;
  /** The name of the source that they come from; default none. */
  readonly source?: string | undefined;
}

/** How many events an alert shows at most, ... */
const MAX_EVENTS = 20;
/** ... of which this many of each part, so that the rare one is not hidden behind the many. */
const MAX_EVENTS_OF_PART = 5;

/**
 * The events that the alert of a result shows.
 *
 * @param result What a correlation has found.
 * @returns The ids of at most 20 events, some of each part among them.
 */
export function shownEvents(
  { parts, events }: Pick<CorrelationResult, "parts" | "events">,
): string[] {
  const some = parts.flatMap(({ events }) => [
    ...events.slice(0, MAX_EVENTS_OF_PART - 1),
    ...events.slice(MAX_EVENTS_OF_PART - 1).slice(-1),
  ]);
  return [...new Set([...some, ...events])].slice(0, MAX_EVENTS);
}

/**
 * Makes the alert of a correlation that holds, or of a rule that looks back.
 *
 * @param result What has been found.
 * @param options The events behind it.
 * @returns The alert, plain JSON. Its id follows from the id of the result, so it is the same
 *   however the events came.
 */
export function toCorrelationAlert(
  result: CorrelationResult,
  { events, backfilled = false, source }: ToCorrelationAlertOptions,
): Alert {
  const { kind, document, id, group, first, last, parts } = result;
  // A correlation of correlations counts the events that each had when it was complete, and may
  // know of more.
  const count = Math.max(result.count, events.length);
  const rule = alertRuleOf(document);
  return {
    version: 1,
    id: alertId(rule.id, id, 1, source),
    ...(source !== undefined && { source }),
    level: alertLevelOf(document.level),
    summary: correlationSummary({ ...result, count }, events.at(-1)?.event ?? {}),
    backfilled,
    firstAt: timeOf(first),
    lastAt: timeOf(last),
    rule,
    group,
    ...(kind === "window" && {
      parts: parts.map(({ document, count, first, last }) => ({
        ruleId: document.id ?? document.name ?? document.title,
        title: document.title,
        count,
        firstAt: timeOf(first),
        lastAt: timeOf(last),
      })),
    }),
    eventCount: count,
    events,
    matched: [],
  };
}

import { ALERT_LEVELS } from "../../src/alert/alert.ts";
import type { SeenAlert } from "./bookkeeper.ts";
import type { EndpointModel } from "./endpoint_model.ts";
import { HOUR, MINUTE, type Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import { driftedOf } from "./shape.ts";
import type { World } from "./world.ts";

/** How long a sweep may take after it is due, in milliseconds. */
const SLACK_MS = HOUR;

/**
 * Whether an event must be in the log: the API showed it for long enough that a reader who loses
 * nothing has it. Any other may be in the log, but not more often than it was published.
 *
 * @param plan The run.
 * @param one The row of the API.
 * @param world The date from which the program had to read, and what the log has removed since.
 */
export function isOwed(
  { kinds, start, calm, end, options }: Plan,
  one: Published,
  { askedFrom, books }: World,
): boolean {
  const { at, visibleAt } = one;
  if (at < askedFrom || visibleAt > end - SLACK_MS) return false;
  // A log that is too small refuses events as old as those that it had to remove.
  if (kinds.has("bytes") && at <= books.floor) return false;
  // A sweep that began after all faults were over has read it.
  const { everyMs, reachMs } = options.daySweep;
  const sweptAt = calm + everyMs + Math.min(SLACK_MS, everyMs / 4);
  if (at >= sweptAt - reachMs) return true;
  // Older events need an API that hides nothing, and a clock that is right.
  if (kinds.has("lies") || kinds.has("clock")) return false;
  // One that was not a valid event whenever it was sent is kept as such.
  const drifted = kinds.has("drift") ? driftedOf(one) : undefined;
  if (drifted !== undefined && books.hasKept(JSON.stringify(drifted))) return false;
  return visibleAt <= start || visibleAt - at <= options.overlapMs - MINUTE / 2;
}

/** Whether an endpoint is to hear of an alert, by itself or in a count. */
export function isMeantFor(alert: SeenAlert, endpoint: EndpointModel): boolean {
  return alert.silencedBy === null && wouldHearOf(endpoint, alert);
}

/** Whether it would if there were no silence. */
export function wouldHearOf({ config }: EndpointModel, alert: SeenAlert): boolean {
  const { name, minLevel, backfilled, rules = [alert.ruleId] } = config;
  const isOperational = alert.key === null;
  const isMeant = rank(alert.level) >= rank(minLevel) && rules.includes(alert.ruleId);
  // An endpoint that fails is not told that it does.
  return alert.endpoints.includes(name) && alert.about !== name && (isOperational || isMeant) &&
    (backfilled || !alert.backfilled);
}

function rank(level: string): number {
  return (ALERT_LEVELS as readonly string[]).indexOf(level);
}

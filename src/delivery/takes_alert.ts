import { type Alert, type AlertLevel, isAtLeast } from "../alert/alert.ts";
import { readOddEvent } from "../alert/read_odd_event.ts";
import type { AlertingRule } from "../alert/to_alert.ts";
import { toSigmaEvent } from "../alert/to_sigma_event.ts";
import type { FieldFilter } from "../sigma/engine.ts";
import { SHORTENED } from "../store/shorten_event.ts";
import type { Endpoint } from "./endpoint.ts";
import { quietUntil } from "./quiet_hours.ts";

/** What an endpoint says about which alerts it takes. */
export type Taking = Pick<
  Endpoint,
  "minLevel" | "backfilled" | "rules" | "tags" | "where" | "operational" | "testOnly"
>;

/**
 * Whether an endpoint takes an alert: by its level, its rule, the tags of the rule, and the fields
 * of its events. Each member of the endpoint that is set must agree.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { parse } from "valibot";
 * import { toAlert } from "../alert/to_alert.ts";
 * import { EndpointSchema } from "./endpoint.ts";
 * import { takesAlert } from "./takes_alert.ts";
 *
 * const endpoint = parse(EndpointSchema, {
 *   name: "production",
 *   url: "https://hooks.example.com/panoptes",
 *   secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
 *   where: { "accountGroupName|startswith": "Prod" },
 * });
 * const rule = { title: "Failed login", level: "medium" };
 * const alertIn = (accountGroupName: string) =>
 *   toAlert(rule, { event: "Login failed.", accountGroupName }, { identity: "[]", occurrence: 1 });
 * assert(takesAlert(endpoint, alertIn("Production"), rule));
 * assert(!takesAlert(endpoint, alertIn("Staging"), rule));
 * ```
 *
 * @param endpoint What the endpoint asks for.
 * @param alert The alert.
 * @param rule Its rule; undefined for an operational alert, which every endpoint takes that does not
 *   decline these: that the watch goes blind must reach everybody who relies on it.
 * @returns True if it is to be delivered there.
 */
export function takesAlert(
  { minLevel, backfilled, rules, tags, where, operational, testOnly }: Taking,
  alert: Alert,
  rule: AlertingRule | undefined,
): boolean {
  if (testOnly || (alert.backfilled && !backfilled)) return false;
  if (rule === undefined) return operational;
  if (!isAtLeast(alert.level, minLevel)) return false;
  if (rules !== undefined && !isOneOf(rules, [alert.rule.id, rule.name ?? []].flat())) return false;
  if (tags !== undefined && !isOneOf(tags, alert.rule.tags)) return false;
  return where === undefined || isAbout(alert, where);
}

/**
 * When messages may be delivered: at once, or at the end of the quiet hours of their endpoint.
 *
 * @param endpoints The endpoints.
 * @param now The time, in milliseconds since the Unix epoch.
 * @returns The time, likewise, by the name of an endpoint and the level of the alert that the
 *   message is about.
 */
export function deliverableAt(
  endpoints: readonly Pick<Endpoint, "name" | "quietHours">[],
  now: number,
): (endpoint: string, level: AlertLevel) => number {
  const quiet = new Map<string, { minLevel: AlertLevel; end: number }>();
  for (const { name, quietHours } of endpoints) {
    if (quietHours === undefined) continue;
    const end = quietUntil(quietHours, now);
    if (end !== undefined) quiet.set(name, { minLevel: quietHours.minLevel, end });
  }
  return (name, level) => {
    const { minLevel, end } = quiet.get(name) ?? { minLevel: level, end: now };
    return isAtLeast(level, minLevel) ? now : end;
  };
}

/**
 * Whether one of the events that caused an alert has such fields, or what they have in common. An
 * event that is not shown, or not whole, may have them: nothing is kept from anybody for that.
 *
 * @param alert The alert.
 * @param where The fields.
 * @returns True if it may have them.
 */
export function isAbout(
  { events, eventCount, group = [] }: Alert,
  where: Pick<FieldFilter, "fields" | "matches">,
): boolean {
  const common = toSigmaEvent(Object.fromEntries(group.map(({ field, value }) => [field, value])));
  if (where.matches(common) && where.fields.every((field) => field in common)) return true;
  for (const { event } of events) {
    if (SHORTENED in event || where.matches(toSigmaEvent(readOddEvent(event)))) return true;
  }
  return events.length < eventCount && !where.fields.every((field) => field in common);
}

function isOneOf(wanted: readonly string[], given: readonly string[]): boolean {
  return given.some((one) => wanted.includes(one.toLowerCase()));
}

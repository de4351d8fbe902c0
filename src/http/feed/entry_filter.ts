import * as v from "valibot";
import { type Alert, ALERT_LEVELS, type AlertLevel, isAlertLevel } from "../../alert/alert.ts";
import { EVENT_FIELDS } from "../../alert/event_fields.ts";
import { readOddEvent } from "../../alert/read_odd_event.ts";
import { toSigmaEvent } from "../../alert/to_sigma_event.ts";
import { isAbout } from "../../delivery/takes_alert.ts";
import { closest } from "../../sigma/closest.ts";
import { compileFieldFilter, type FieldFilter, fieldMapOf } from "../../sigma/engine.ts";
import { SHORTENED } from "../../store/shorten_event.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import type { EntryFilter, FeedEntry } from "../log_access.ts";
import { InvalidRequestError, type Query } from "../request/read_query.ts";
import { described } from "../request/schema.ts";

/** How many values the fields of one filter have, and how long they and their names are in all. */
const MAX_CONDITIONS = 16;
const MAX_BYTES = 1_024;
/** A name before the first bar, and names of modifiers. */
const KEY = /^[\w.]{1,64}(\|\w{1,32}){0,5}$/;
/** What `user` is compared with. */
const USER_FIELDS = ["user", "user.name", "user.email", "uid"];

const text = v.pipe(
  v.string(),
  v.minLength(1, "must not be empty"),
  v.maxLength(300, "must be at most 300 characters"),
);
const timeMessage = "must be a time such as 2026-11-22T10:00:00Z";
const time = v.pipe(
  v.string(timeMessage),
  v.transform((value) => parseDate(value) ?? NaN),
  v.finite(timeMessage),
);
const levelsMessage = `must be one or more of ${ALERT_LEVELS.join(", ")}, separated by commas`;
const levels = v.pipe(
  v.string(levelsMessage),
  v.transform((value) => value.split(",")),
  v.custom<AlertLevel[]>((list) => (list as string[]).every(isAlertLevel), levelsMessage),
);

/** The parameters by which entries of both feeds are filtered; fields have their own names. */
export const FILTER_QUERY = {
  since: v.optional(described(time, "only entries from this time on")),
  until: v.optional(described(time, "only entries before this time")),
  user: v.optional(
    described(text, "only entries about this user: the display form, name, address or `uid`"),
  ),
};
/** Likewise of alerts. */
export const ALERT_FILTER_QUERY = {
  ...FILTER_QUERY,
  level: v.optional(described(levels, "only alerts of these levels, separated by commas")),
  rule: v.optional(described(text, "only alerts of the rule with this id or title")),
};

/** What the fields of an event are asked. */
type About = Pick<FieldFilter, "fields" | "matches">;

/** Conditions on fields, as a query has them. */
export interface FieldPairs {
  /** The parameters. */
  readonly pairs: readonly (readonly [key: string, value: string])[];
  /** They compiled; undefined if there are none, or if they are invalid. */
  readonly where: About | undefined;
  /** Everything that is wrong with them, by name. */
  readonly problems: readonly string[];
}

/**
 * Takes those parameters out of a query that are conditions on the fields of events, in Sigma's
 * words: `field=value` and `field|modifier=value`. A parameter that is there several times has
 * several values, of which one must match.
 *
 * @param query Hostile parameters; those that are taken are deleted.
 * @returns The conditions.
 */
export function takeFields(query: URLSearchParams): FieldPairs {
  const pairs = [...query].filter(([name]) => isField(name));
  const names = new Set(pairs.map(([name]) => name));
  for (const name of names) query.delete(name);
  if (pairs.length === 0) return { pairs, where: undefined, problems: [] };
  const bytes = new TextEncoder().encode(pairs.flat().join("")).length;
  if (pairs.length > MAX_CONDITIONS || bytes > MAX_BYTES) {
    const problem = `the conditions on fields must be at most ${MAX_CONDITIONS} and, with their ` +
      `names, ${MAX_BYTES} bytes: they are ${pairs.length} and ${bytes}`;
    return { pairs, where: undefined, problems: [problem] };
  }
  const unknown = [...names].flatMap(problemOf);
  const { filter, problems = [] } = compileFieldFilter(
    fieldMapOf(pairs.filter(([name]) => problemOf(name).length === 0)),
  );
  const invalid = problems.map(({ key, message }) => `${key} ${message}`);
  return { pairs, where: filter, problems: [...unknown, ...invalid] };
}

/**
 * Makes the filter of a query.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { entryFilter, takeFields } from "./entry_filter.ts";
 *
 * const fields = takeFields(new URLSearchParams("event|startswith=Test&aid=12&aid=13"));
 * const filter = entryFilter("event", { user: "ana@example.org" }, fields);
 * const event = { event: "Test deleted.", aid: "13", user: "Ana (ana@example.org)" };
 * const entry = { seq: 1, type: "audit", at: 0, recordedAt: 0, body: JSON.stringify(event) };
 * assert(filter?.matches(entry));
 * ```
 *
 * @param entry What the entries are.
 * @param query The other parameters.
 * @param fields The conditions on fields; they must be valid.
 * @returns The filter; undefined if the query asks for everything.
 * @throws {InvalidRequestError} If `until` is not after `since`.
 */
export function entryFilter(
  entry: "event" | "alert",
  { since, until, user, level, rule }: Query<typeof ALERT_FILTER_QUERY>,
  { pairs, where }: FieldPairs,
): EntryFilter | undefined {
  if (since !== undefined && until !== undefined && until <= since) {
    throw new InvalidRequestError("until must be after since");
  }
  const about = both(where, user === undefined ? undefined : byUser(user));
  const ruleName = rule?.toLowerCase();
  const asksForAll = about === undefined &&
    [since, until, level, rule].every((value) => value === undefined);
  if (asksForAll) return undefined;
  return {
    key: JSON.stringify([
      since,
      until,
      user,
      level && [...new Set(level)].sort(),
      ruleName,
      ...pairs.map((pair) => JSON.stringify(pair)).sort(),
    ]),
    matches({ at, recordedAt, body }: FeedEntry): boolean {
      const time = at ?? recordedAt;
      if (since !== undefined && time < since) return false;
      if (until !== undefined && time >= until) return false;
      if (about === undefined && level === undefined && ruleName === undefined) return true;
      const value: unknown = JSON.parse(body);
      if (entry === "event") return about === undefined || isEventAbout(value as object, about);
      const alert = value as Alert;
      const { id, title } = alert.rule;
      return (level === undefined || level.includes(alert.level)) &&
        (ruleName === undefined || [id, title].some((name) => name.toLowerCase() === ruleName)) &&
        (about === undefined || isAbout(alert, about));
    },
  };
}

/** An event that is not recorded whole may have any fields: nobody hides by being large. */
function isEventAbout(event: object, where: About): boolean {
  return SHORTENED in event || where.matches(toSigmaEvent(readOddEvent(event)));
}

/** Whether a parameter is meant as a condition on a field. */
function isField(name: string): boolean {
  return name.includes("|") || (Object.hasOwn(EVENT_FIELDS, name) && name !== "user");
}

/** What is wrong with the name of a parameter. */
function problemOf(name: string): string[] {
  const [field = ""] = name.split("|");
  if (Object.hasOwn(EVENT_FIELDS, field) && KEY.test(name)) return [];
  const shown = JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
  if (Object.hasOwn(EVENT_FIELDS, field)) return [`${shown} has no such modifiers`];
  const meant = closest(field.slice(0, 64), Object.keys(EVENT_FIELDS));
  const hint = meant === undefined ? "" : `; did you mean '${meant}'?`;
  return [`${shown} names no field of an event${hint}`];
}

/** By any of the fields that name a user; letter case does not count. */
function byUser(user: string): About {
  const wanted = user.toLowerCase();
  return {
    fields: USER_FIELDS,
    matches: (event) =>
      USER_FIELDS.some((field) => {
        const value = (event as Record<string, unknown>)[field];
        return [value].flat().some((one) =>
          typeof one === "string" && one.trim().toLowerCase() === wanted
        );
      }),
  };
}

/** Both at once, on the same event. */
function both(
  one: About | undefined,
  other: About | undefined,
): About | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    fields: [...one.fields, ...other.fields],
    matches: (event) => one.matches(event) && other.matches(event),
  };
}

import * as v from "valibot";
import { checkUserEvents, faultOf } from "../page/check_user_events.ts";
import type { InvalidUserEvent } from "../page/page.ts";
import type { UserEvent } from "../event/user_event.ts";
import { plainMembers, plainValue } from "./any_value.ts";
import type { PushedRecord } from "./decode_logs.ts";

/** The attributes of the activity log, as ThousandEyes documents them (data model v2, logs). */
const ATTRIBUTES = {
  aid: "thousandeyes.account.id",
  accountGroupName: "thousandeyes.account.name",
  uid: "thousandeyes.user.id",
  name: "thousandeyes.user.name",
  email: "thousandeyes.user.email",
  ipAddress: "thousandeyes.user.address",
  resources: "thousandeyes.activitylog.resources",
} as const;

// A string of digits holds all 64 bits; a number is what some encoders write.
const LogRecordSchema = v.object({
  timeUnixNano: v.nullish(v.union([
    v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 64)),
  ])),
  body: v.unknown(),
  attributes: v.nullish(v.array(v.unknown())),
  droppedAttributesCount: v.nullish(v.number()),
});

/** What log records hold: events, and what is not a valid event. */
export interface PushedEvents {
  /** The events, each as the API would return it. */
  readonly events: UserEvent[];
  /** The others; the issues of each quote nothing from it. */
  readonly invalid: InvalidUserEvent[];
}

/**
 * Reads log records as events of the activity log, each with exactly the members that the API would
 * return for it, so that both are the same event to the log.
 *
 * A record that cannot be read with certainty is set aside: an event in another form would be
 * recorded a second time when the API returns it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pushedEvents } from "./pushed_events.ts";
 *
 * const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
 * const { events } = pushedEvents([{
 *   resource: [attribute("thousandeyes.account.id", "75")],
 *   record: {
 *     timeUnixNano: "1795341600250000000",
 *     body: { stringValue: "Login failed." },
 *     attributes: [attribute("thousandeyes.user.id", "245")],
 *   },
 * }]);
 * assertEquals(events, [
 *   { aid: "75", date: "2026-11-22T10:00:00Z", event: "Login failed.", uid: "245" },
 * ]);
 * ```
 *
 * @param records The log records.
 * @param aid The id of the account group whose events are taken; undefined if those of any are.
 * @returns Both, in the order of the records.
 */
export function pushedEvents(records: readonly PushedRecord[], aid?: string): PushedEvents {
  const events: UserEvent[] = [];
  const invalid: InvalidUserEvent[] = [];
  for (const one of records) {
    const read = readRecord(one, aid);
    if ("issues" in read) invalid.push(read);
    else events.push(read.event);
  }
  return { events, invalid };
}

function readRecord(
  { resource, record }: PushedRecord,
  aid: string | undefined,
): { event: UserEvent } | InvalidUserEvent {
  const parsed = v.safeParse(LogRecordSchema, record);
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]) ?? "the log record";
    return { value: { resource, record }, issues: [`${path} is not valid OTLP`] };
  }
  const { timeUnixNano, body, attributes, droppedAttributesCount } = parsed.output;
  let value: Record<string, unknown>;
  try {
    const given = { ...plainMembers(resource), ...plainMembers(attributes) };
    value = apiForm(given, dateOf(timeUnixNano), plainValue(body));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { value: { resource, record }, issues: [error.message] };
  }
  const { events: [event] } = checkUserEvents([value]);
  const issues = [
    ...(event === undefined ? [faultOf(value)] : []),
    ...Object.entries(NEEDED).flatMap(([name, missing]) =>
      value[name] === undefined ? [missing] : []
    ),
    ...(droppedAttributesCount ? ["the sender has dropped attributes"] : []),
    ...(hasOddResources(value["resources"]) ? [`${ATTRIBUTES.resources} has an unknown form`] : []),
    ...(aid !== undefined && event?.aid !== undefined && event.aid !== aid
      ? [`${ATTRIBUTES.aid} is not the account group of this source`]
      : []),
  ];
  return event !== undefined && issues.length === 0 ? { event } : { value, issues };
}

/** Without these, the API's report of the event could not be recognised as the same. */
const NEEDED = {
  aid: `${ATTRIBUTES.aid} is missing`,
  date: "timeUnixNano is missing",
  event: "the body is missing",
} as const;

/** An event with the members of the API; those that are empty are absent, as they are there. */
function apiForm(
  attributes: Readonly<Record<string, unknown>>,
  date: string | undefined,
  event: unknown,
): Record<string, unknown> {
  const of = (name: keyof typeof ATTRIBUTES) => filled(attributes[ATTRIBUTES[name]]);
  const members = {
    accountGroupName: of("accountGroupName"),
    aid: of("aid"),
    date,
    event: filled(event),
    ipAddress: of("ipAddress"),
    uid: of("uid"),
    user: displayForm(of("name"), of("email")),
    resources: resourcesIn(of("resources")),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function filled(value: unknown): unknown {
  return value === "" || value === null ? undefined : value;
}

/** The name and the e-mail address as the API shows them: `Ada Byron (ada@example.com)`. */
function displayForm(name: unknown, email: unknown): unknown {
  if (typeof name !== "string" || typeof email !== "string") return name ?? email;
  return name.endsWith(`(${email})`) ? name : `${name} (${email})`;
}

/** The API counts in whole seconds. */
function dateOf(nanoseconds: string | number | null | undefined): string | undefined {
  const seconds = Number(BigInt(nanoseconds ?? 0) / 1_000_000_000n);
  return seconds === 0 ? undefined : new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}

/**
 * How ThousandEyes writes a list of resources into an attribute is not documented: as a list of maps
 * or as JSON, whole or item by item, it can be read.
 */
function resourcesIn(value: unknown): unknown {
  const list = parsedText(value);
  if (!Array.isArray(list)) return list;
  return list.length === 0 ? undefined : list.map(parsedText);
}

function parsedText(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Resources without their known members would all look the same. */
function hasOddResources(resources: unknown): boolean {
  return Array.isArray(resources) && resources.some((resource) => {
    const { type, name } = resource ?? {};
    return typeof type !== "string" || typeof name !== "string";
  });
}

import * as v from "valibot";
import { type Schema, tolerantObject } from "./schema.ts";

/**
 * One event of the ThousandEyes activity log. Every member may be missing, and none is an id: two
 * equal events in one second are two events.
 *
 * What the API sends beyond the documented members stays in the event, and its type does not have
 * it, so that a misspelt name is an error. Name the type to read it, as in
 * `event as UserEvent<{ severity?: string }>`; `UserEvent<Record<string, unknown>>` has any.
 */
export type UserEvent<Extra extends object = object> = Extra & {
  /** The id of the account group. */
  aid?: string;
  /** The name of the account group. */
  accountGroupName?: string;
  /** When it happened, in UTC, as the API wrote it; `parseDate()` reads it. */
  date?: string;
  /** What happened: free text such as `Login failed.`, of which the API publishes no list. */
  event?: string;
  /** Where the user was: IPv4, IPv6 or a CIDR block, as the API wrote it. */
  ipAddress?: string;
  /** The id of the user. */
  uid?: string;
  /** The user's display name, followed by the e-mail address in parentheses. */
  user?: string;
  /** What the event was about. */
  resources?: Resource[];
};

/** What an event was about: a test, a report, a user, an alert rule. */
export type Resource = {
  /** The kind of resource, such as `testName` or `alertRuleName`: an open set. */
  type?: string;
  /** The name of the resource, not its id. */
  name?: string;
};

/**
 * The valibot schema of a {@linkcode Resource}: both members may be absent or null, unknown ones
 * are kept.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parse } from "valibot";
 * import { ResourceSchema } from "./user_event.ts";
 *
 * assertEquals(parse(ResourceSchema, { type: "testName", name: null }), { type: "testName" });
 * ```
 */
export const ResourceSchema: Schema<Resource> = tolerantObject({
  type: v.string(),
  name: v.string(),
});

// A number becomes a string: API v6 had numeric ids, and its events are still around.
const id = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);

/**
 * The valibot schema of a {@linkcode UserEvent}. Every member may be absent or null, ids may be
 * numbers, and unknown members are kept. The output has ids as strings and no null among the known
 * members.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parse } from "valibot";
 * import { UserEventSchema } from "./user_event.ts";
 *
 * assertEquals(
 *   parse(UserEventSchema, { aid: 75, event: "Login failed", resources: null, severity: "low" }),
 *   { aid: "75", event: "Login failed", severity: "low" },
 * );
 * ```
 */
export const UserEventSchema: Schema<UserEvent> = tolerantObject({
  aid: id,
  accountGroupName: v.string(),
  date: v.string(),
  event: v.string(),
  ipAddress: v.string(),
  uid: id,
  user: v.string(),
  resources: v.array(ResourceSchema),
});

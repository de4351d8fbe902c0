import * as v from "valibot";
import { type Resource, ResourceSchema } from "./resource.ts";
import type { Schema } from "./schema.ts";
import { tolerantObject } from "./tolerant_object.ts";

/**
 * One event of the ThousandEyes activity log. Every member may be missing, and nothing in it is an id:
 * two equal events in one second are two events.
 */
export interface UserEvent {
  /** The id of the account group. */
  aid?: string;
  /** The name of the account group. */
  accountGroupName?: string;
  /** When it happened, in UTC, as the API wrote it; read it with `parseDate()`. */
  date?: string;
  /** What happened: free text without a published list, such as `Login failed.` */
  event?: string;
  /** Where from: IPv4, IPv6 or a CIDR block, as the API wrote it. */
  ipAddress?: string;
  /** The id of the user. */
  uid?: string;
  /** The user's display name, then the e-mail address in round brackets. */
  user?: string;
  /** What it was about. */
  resources?: Resource[];
  /** Whatever else the API sends. */
  [member: string]: unknown;
}

// A number is written out: API v6 had numeric ids, and its events are still around.
const id = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);

/**
 * The valibot schema of a {@linkcode UserEvent}. Every member may be absent or null, ids may be numbers,
 * unknown members are kept. What comes out has no null among the known members, and ids as strings.
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

import { parseDate } from "./parse_date.ts";
import type { UserEvent } from "./user_event.ts";

/**
 * What all reports of one event have in common, as a string: its known members, in a fixed order
 * and form. Absent, null and empty are equal; dates are compared as instants and resources
 * regardless of order. Unknown members are left out, so that a member which the API adds one day
 * does not make every old event new.
 *
 * It is not a unique key, since the API has none: true duplicates share an identity, and a count
 * tells them apart.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { identityOf } from "./event_identity.ts";
 *
 * assertEquals(
 *   identityOf({ event: "Login failed.", date: "2024-11-28T08:59:17Z", resources: [] }),
 *   identityOf({ event: "Login failed.", date: "2024-11-28T08:59:17.000+00:00", severity: 3 }),
 * );
 * ```
 *
 * @param event The event, as `UserEventSchema` returns it.
 * @returns A JSON array, as long as the event makes it.
 */
export function identityOf(event: UserEvent): string {
  const { aid, accountGroupName, date, ipAddress, uid, user, resources } = event;
  const at = date === undefined ? undefined : parseDate(date) ?? date;
  // One resource, the usual case, needs no order.
  const about = resources === undefined || resources.length === 0
    ? null
    : resources.length === 1
    ? [[resources[0]!.type, resources[0]!.name]]
    : resources.map(({ type, name }) => JSON.stringify([type, name])).sort();
  return JSON.stringify([aid, accountGroupName, at, event.event, ipAddress, uid, user, about]);
}

import { parseDate } from "./parse_date.ts";
import type { UserEvent } from "./user_event.ts";

/**
 * The text that two reports of one event have in common: the known members, in one order and one form.
 * Absent, null and empty are the same; dates are compared as instants, resources as a set. Unknown members
 * are left out, so that a member which the API adds one day does not make every old event new.
 *
 * It is no unique key, as the API has none: events of equal text are told apart by their number (occurrence).
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
 * @param event The event, as `UserEventSchema` puts it out.
 * @returns A JSON array; its length is not bounded, as the event's is not.
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

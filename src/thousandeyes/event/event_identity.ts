import { parseDate } from "./parse_date.ts";
import type { UserEvent } from "./user_event.ts";

/**
 * What all reports of one event have in common, as a string: its known members, in a fixed order
 * and form. Absent, null and empty are equal; dates are compared as instants, IPv6 addresses in
 * their canonical form, and resources regardless of order. Unknown members are left out, so that a
 * member which the API adds one day does not make every old event new.
 *
 * So are display names where the id is there: the API shows the name of now, and a user or an
 * account group that is renamed would make all their old events new.
 *
 * It is not a unique key, since the API has none: true duplicates share an identity, and a count
 * tells them apart.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { identityOf } from "./event_identity.ts";
 *
 * const again = { event: "Login failed.", date: "2024-11-28T08:59:17.000+00:00", severity: 3 };
 * assertEquals(
 *   identityOf({ event: "Login failed.", date: "2024-11-28T08:59:17Z", resources: [] }),
 *   identityOf(again),
 * );
 * assertEquals(
 *   identityOf({ event: "Login failed.", uid: "7", user: "Ada Byron" }),
 *   identityOf({ event: "Login failed.", uid: "7", user: "Ada Lovelace" }),
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
  const group = aid ? null : accountGroupName;
  const actor = uid ? null : user;
  const address = ipAddress === undefined ? undefined : canonicalAddress(ipAddress);
  return JSON.stringify([aid, group, at, event.event, address, uid, actor, about]);
}

/**
 * An IPv6 address or block in the one form that URLs have for it: shortest, in lower case. Anything
 * else, IPv4 included, has only one form already.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { canonicalAddress } from "./event_identity.ts";
 *
 * assertEquals(canonicalAddress("2001:DB8:0:0:0:0:0:7"), "2001:db8::7");
 * assertEquals(canonicalAddress("2001:0db8::/32"), "2001:db8::/32");
 * assertEquals(canonicalAddress("192.0.2.7"), "192.0.2.7");
 * ```
 *
 * @param text The address as the API sent it.
 * @returns The canonical form; the text itself where it is not an IPv6 address.
 */
export function canonicalAddress(text: string): string {
  if (!text.includes(":")) return text;
  const [, address, prefix] = /^([\da-f:.]+)(\/\d+)?$/i.exec(text) ?? [];
  const host = address === undefined ? undefined : URL.parse(`http://[${address}]`)?.hostname;
  return host === undefined ? text : host.slice(1, -1) + (prefix ?? "");
}

import { canonicalAddress } from "../thousandeyes/event/event_identity.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";

/** How much time the events of one stretch of hashes have: 2^16 ms, about a minute. */
export const SPAN_MS = 65_536;

/** How many hashes there are for each such span; until 2039, later spans have higher ones. */
export const HASHES_PER_SPAN = 0x1000_0000;

/**
 * A fast 53-bit hash that only finds candidates: events with the same identity have the same hash,
 * and events with the same hash are still compared. Its upper 25 bits are the time, so that events
 * of the same time are neighbours in the index, which would otherwise be written all over for each
 * page. It is stored, so it must never change. It does not resist attackers, who can at worst make
 * a lookup slower.
 *
 * @example
 * ```ts
 * import { assert, assertEquals, assertNotEquals } from "@std/assert";
 * import { hashEvent } from "./hash_event.ts";
 *
 * const event = { event: "Login failed.", date: "2026-11-22T10:00:00Z" };
 * const at = Date.UTC(2026, 10, 22, 10);
 * assertEquals(hashEvent(event, at), hashEvent({ ...event, date: "2026-11-22 10:00:00", resources: [] }, at));
 * assertNotEquals(hashEvent(event, at), hashEvent({ ...event, event: "Login failed" }, at));
 * assert(Number.isSafeInteger(hashEvent({}, null)));
 * ```
 *
 * @param event The event.
 * @param at Its date in milliseconds since the Unix epoch; null where it is absent or unreadable.
 * @returns A whole number from 0 to 2^53 - 1.
 */
export function hashEvent(event: UserEvent, at: number | null): number {
  const { aid, date, ipAddress, uid, user, resources } = event;
  const unread = at === null ? date : undefined;
  const address = ipAddress === undefined ? undefined : canonicalAddress(ipAddress);
  let low = 0x2545f491;
  let high = 0x6c078965;
  // The names that belong to `aid` and `uid` would add nothing, and take as long as everything
  // else.
  for (const member of [aid, unread, event.event, address, uid ?? user]) {
    const text = `${member ?? ""}`;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul((high << 5 | high >>> 27) ^ unit, 0x5bd1e995);
    }
    low = Math.imul(low ^ 0x1_0000, 0x01000193); // not a character: keeps the members apart
  }
  low ^= at ?? 0;
  let sum = 0; // resources are a set: their order must not matter
  for (const { type, name } of resources ?? []) {
    sum += hash32(`${name ?? ""}`, hash32(`${type ?? ""}`, 0x811c9dc5) ^ 0x1_0000);
  }
  const span = Math.floor((at ?? 0) / SPAN_MS) & 0x1ff_ffff;
  return span * HASHES_PER_SPAN + mix(low ^ sum, high ^ Math.imul(sum, 0x27d4eb2d));
}

function hash32(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash ^ hash >>> 15;
}

/** Makes 28 bits of twice 32. */
function mix(first: number, second: number): number {
  const low = Math.imul(first ^ first >>> 16 ^ second, 0x7feb352d);
  const high = Math.imul(second ^ second >>> 15 ^ low >>> 13, 0x846ca68b);
  return (Math.imul(low ^ high ^ low >>> 15, 0x2c1b3c6d) ^ high >>> 13) >>> 4;
}

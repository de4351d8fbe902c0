import { seededRandom } from "../match/random.ts";
import { syntheticEvents } from "../match/synthetic_events.ts";

/** Events on a page. */
export const EVENTS_PER_PAGE = 1_000;

const utf8 = new TextEncoder();
const made = new Map<number, Uint8Array>();

/**
 * A page of the API as bytes, newest first; the same number gives the same page, and no two share
 * an event.
 */
export function pageBytes(page: number): Uint8Array {
  let bytes = made.get(page);
  if (bytes === undefined) {
    const start = 1.7e12 + page * EVENTS_PER_PAGE * 1_000;
    const events = syntheticEvents(EVENTS_PER_PAGE, seededRandom(page + 1)).map((event, index) => ({
      ...event,
      date: new Date(start + index * 1_000).toISOString().replace(".000Z", "Z"),
    }));
    bytes = utf8.encode(JSON.stringify({ auditEvents: events.reverse() }));
    made.set(page, bytes);
  }
  return bytes;
}

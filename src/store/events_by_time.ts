import { HASHES_PER_SPAN, SPAN_MS } from "./hash_event.ts";
import type { Sql } from "./sql.ts";

/** A place among the events in the order of time. */
export interface EventPlace {
  /** The hash of the event, which begins with its minute. */
  readonly hash: number;
  /** Tells events with the same hash apart. */
  readonly slot: number;
}

/** An event with its place. */
export interface PlacedEvent extends EventPlace {
  /** Its place in the log. */
  readonly seq: number;
  /** Its date, in milliseconds since the Unix epoch; null where it is absent or unreadable. */
  readonly at: number | null;
  /** When it was recorded, likewise. */
  readonly recordedAt: number;
  /** The event, as JSON. */
  readonly body: string;
}

/** The place before all events. */
export const BEFORE_ALL: EventPlace = { hash: -1, slot: 0 };

/**
 * The place before the events of a time; events without a date come before those of any time.
 *
 * @param at Milliseconds since the Unix epoch.
 * @returns The place before the first event of its minute.
 */
export function placeAt(at: number): EventPlace {
  return { hash: Math.max(0, Math.floor(at / SPAN_MS)) * HASHES_PER_SPAN - 1, slot: Infinity };
}

/**
 * The time before which all events come before a place, whatever their place in its minute.
 *
 * @param place The place.
 * @returns Milliseconds since the Unix epoch.
 */
export function completeUntil({ hash }: EventPlace): number {
  return Math.floor(hash / HASHES_PER_SPAN) * SPAN_MS;
}

/**
 * Reads events in the order of time, to the minute; within a minute they are in any order.
 *
 * The index over hashes is in that order, so nothing has to be sorted.
 *
 * @param sql The database.
 * @param after Where to start.
 * @param limit The maximum number of events.
 * @param maxBytes The maximum size of all their bodies; a larger first one is returned alone.
 */
export function eventsByTime(
  sql: Sql,
  { hash, slot }: EventPlace,
  limit: number,
  maxBytes: number,
): PlacedEvent[] {
  const keys = sql.all<{ seq: number; hash: number; slot: number; bytes: number }>(
    `SELECT seq, hash, slot, octet_length(body) AS bytes FROM events
      WHERE hash >= ? AND (hash > ? OR slot > ?) ORDER BY hash, slot LIMIT ?`,
    hash,
    hash,
    Math.min(slot, Number.MAX_SAFE_INTEGER),
    limit,
  );
  let sum = 0;
  const count = keys.findIndex(({ bytes }, index) => (sum += bytes) > maxBytes && index > 0);
  const wanted = count < 0 ? keys : keys.slice(0, count);
  const rows = new Map(
    sql.all<{ seq: number; at: number | null; recordedAt: number; body: string }>(
      `SELECT seq, at, recorded_at AS recordedAt, body FROM events
        WHERE seq IN (SELECT value FROM json_each(?))`,
      JSON.stringify(wanted.map(({ seq }) => seq)),
    ).map((row) => [row.seq, row]),
  );
  return wanted.flatMap(({ seq, hash, slot }) => {
    const row = rows.get(seq);
    return row === undefined ? [] : [{ hash, slot, ...row }];
  });
}

/**
 * The place before the latest events.
 *
 * @param sql The database.
 * @param count How many events come after it; all, if there are no more.
 */
export function placeBeforeLatest(sql: Sql, count: number): EventPlace {
  const [row] = sql.all<{ hash: number; slot: number }>(
    `SELECT hash, slot FROM events ORDER BY hash DESC, slot DESC LIMIT 1 OFFSET ?`,
    count,
  );
  return row ?? BEFORE_ALL;
}

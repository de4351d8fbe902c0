import { pruneWindows } from "./fold_table.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { pruneSilences } from "./silence_table.ts";
import type { Sql } from "./sql.ts";

/** The limits of what the log keeps. */
export interface RetainOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** How long ago an event or alert may have been recorded, in milliseconds. */
  readonly maxAgeMs: number;
  /**
   * The maximum size of the database, in bytes; above it, the oldest events are removed at any age.
   */
  readonly maxBytes: number;
  /** How many of each are removed in one call at most, so that it never takes long. */
  readonly step: number;
}

/**
 * How long the digest of an item outlives it at least, in milliseconds: longer than any sweep looks
 * back.
 */
const DIGESTS_KEPT_MS = 100 * 86_400_000;

/**
 * How much later than its recording an event may be dated by a clock that was behind, in
 * milliseconds. Only a push records such an event: polling never reads beyond our own clock.
 */
const MAX_CLOCK_BEHIND_MS = 3_600_000;

/** What one call has removed. */
export interface Retained {
  /** Events removed. */
  readonly events: number;
  /** Alerts removed, with their messages. */
  readonly alerts: number;
  /** Invalid events removed. */
  readonly invalid: number;
  /** Whether it was removed to make room, at whatever age. */
  readonly forRoom: boolean;
  /** Whether more has to be removed. */
  readonly more: boolean;
}

/**
 * Removes what exceeds the limits, oldest first, in one bounded step. It has to run in a
 * transaction.
 *
 * An event that was removed must not enter the log a second time when it is read again. So a floor
 * rises with every removal: an event that is not newer than the floor and not in the log is
 * refused. Alerts stay as long as a message about them is in the queue.
 *
 * @param sql The database.
 * @param options The limits.
 * @returns What was removed.
 */
export function retain(sql: Sql, { now, maxAgeMs, maxBytes, step }: RetainOptions): Retained {
  const isFull = sql.bytes() > maxBytes;
  // Age is ignored when the clock cannot be trusted.
  const latest = maxAgeMs === Infinity ? Infinity : now;
  const aged = { before: now - maxAgeMs, latest };
  const due = isFull ? { before: Infinity, latest } : aged;
  const events = removeEvents(sql, due, step);
  const alerts = removeNotified(sql, "alerts", events === 0 ? due : aged, step);
  removeNotified(sql, "folded_messages", events === 0 ? due : aged, step);
  const invalid = removeInvalid(sql, due, step);
  if (latest === now) {
    pruneSilences(sql, now);
    pruneWindows(sql, now);
  }
  const digestsBefore = now - Math.max(maxAgeMs, DIGESTS_KEPT_MS);
  removeDigests(sql, { before: digestsBefore, latest }, step);
  const most = Math.max(events, alerts, invalid);
  return { events, alerts, invalid, forRoom: isFull && most > 0, more: most === step };
}

/**
 * What to remove: rows recorded before a time. A row recorded after `latest` was recorded by a
 * clock that was ahead.
 */
interface Due {
  readonly before: number;
  readonly latest: number;
}

function removeEvents(sql: Sql, due: Due, step: number): number {
  const oldest = sql.all<{ seq: number; at: number | null; recorded_at: number }>(
    `SELECT seq, at, recorded_at FROM events ORDER BY seq LIMIT ?`,
    step,
  );
  const gone = oldest.slice(0, prefix(oldest, due));
  const last = gone.at(-1);
  if (last === undefined) return 0;
  let floor = readNumber(sql, "floor_at", -Infinity);
  // A date far later than the recording does not count: that event would close the log for ever.
  let recordedBy = due.latest;
  for (const { at, recorded_at } of gone.toReversed()) {
    // One by a clock that was ahead is no newer than the next row.
    if (recorded_at <= due.latest) recordedBy = recorded_at;
    const isNear = at !== null && at - recordedBy <= MAX_CLOCK_BEHIND_MS;
    const datedBy = isNear && due.latest < Infinity ? due.latest : recordedBy;
    floor = Math.max(floor, Math.min(at ?? floor, datedBy));
  }
  if (floor > -Infinity) writeMeta(sql, "floor_at", floor);
  sql.run(`DELETE FROM events WHERE seq <= ?`, last.seq);
  return gone.length;
}

/** Removes alerts, or messages about folded ones, with what of the outbox is about them. */
function removeNotified(
  sql: Sql,
  table: "alerts" | "folded_messages",
  due: Due,
  step: number,
): number {
  const oldest = sql.all<{ seq: number; id: string; recorded_at: number; busy: number }>(
    `SELECT seq, id, recorded_at, EXISTS (
        SELECT 1 FROM outbox WHERE webhook_id IN (${table}.id, ${table}.id || '-closed')
          AND due_at IS NOT NULL) AS busy
      FROM ${table} ORDER BY seq LIMIT ?`,
    step,
  );
  const firstBusy = oldest.findIndex(({ busy }) => busy === 1);
  const free = firstBusy < 0 ? oldest : oldest.slice(0, firstBusy);
  const gone = free.slice(0, prefix(free, due));
  const last = gone.at(-1);
  if (last === undefined) return 0;
  const ids = JSON.stringify(gone.map(({ id }) => id));
  const messages = JSON.stringify(gone.flatMap(({ id }) => [id, `${id}-closed`]));
  sql.run(
    `DELETE FROM attempts WHERE message IN (
      SELECT id FROM outbox WHERE webhook_id IN (SELECT value FROM json_each(?)))`,
    messages,
  );
  sql.run(`DELETE FROM outbox WHERE webhook_id IN (SELECT value FROM json_each(?))`, messages);
  sql.run(`DELETE FROM alert_changes WHERE alert IN (SELECT value FROM json_each(?))`, ids);
  sql.run(`DELETE FROM ${table} WHERE seq <= ?`, last.seq);
  return gone.length;
}

function removeInvalid(sql: Sql, due: Due, step: number): number {
  const oldest = sql.all<{ seq: number; recorded_at: number }>(
    `SELECT seq, recorded_at FROM invalid_events ORDER BY seq LIMIT ?`,
    step,
  );
  const last = oldest[prefix(oldest, due) - 1];
  if (last === undefined) return 0;
  sql.run(`DELETE FROM invalid_events WHERE seq <= ?`, last.seq);
  return prefix(oldest, due);
}

function removeDigests(sql: Sql, due: Due, step: number): void {
  const oldest = sql.all<{ seq: number; recorded_at: number }>(
    `SELECT seq, recorded_at FROM invalid_digests ORDER BY seq LIMIT ?`,
    step,
  );
  const last = oldest[prefix(oldest, due) - 1];
  if (last !== undefined) sql.run(`DELETE FROM invalid_digests WHERE seq <= ?`, last.seq);
}

/**
 * How many rows, from the first, are due; a row by a clock that was ahead is due when the one after
 * it is.
 */
function prefix(rows: readonly { recorded_at: number }[], { before, latest }: Due): number {
  let count = 0;
  for (const [index, { recorded_at }] of rows.entries()) {
    if (recorded_at < before) count = index + 1;
    else if (recorded_at <= latest) break;
  }
  return count;
}

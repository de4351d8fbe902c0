import { firstLines } from "../stream/plain_text.ts";
import { hashText } from "./hash_text.ts";
import { lastThatFits } from "./last_that_fits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Sql } from "./sql.ts";

/** An item that the API sent as an event and that cannot be recorded as one. */
export interface NewInvalidEvent {
  /** The item as it was sent. */
  readonly value: unknown;
  /** What is wrong with it, one line each. */
  readonly issues: readonly string[];
  /** Identifies the item in any spelling, where that is known; otherwise its JSON does. */
  readonly identity?: string;
}

/** An item that the API sent as an event and that is not valid: kept aside, never lost. */
export interface StoredInvalidEvent {
  /** Its place among the invalid events, from 1. */
  readonly seq: number;
  /** When it was kept, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** What is wrong with it. */
  readonly issues: readonly string[];
  /** The item as JSON, cut if it is too large for a row. */
  readonly body: string;
}

/** How much of an item is kept, in UTF-16 units: a row can always hold it. */
const MAX_BODY_LENGTH = 400_000;

const MAX_ISSUES = 100;
const MAX_ISSUE_LENGTH = 500;

type Row = { seq: number; recorded_at: number; issues: string; body: string };

/**
 * Keeps items aside that are not valid events, each once, however often it is read again.
 *
 * @param sql The database, within a transaction.
 * @param invalid The items, and what is wrong with each.
 * @param now Milliseconds since the Unix epoch.
 * @returns How many are new.
 */
export function addInvalidEvents(
  sql: Sql,
  invalid: readonly NewInvalidEvent[],
  now: number,
): number {
  const first = readNumber(sql, "invalid_seq", 0);
  let seq = first;
  for (const { value, issues, identity } of invalid) {
    const whole = JSON.stringify(value) ?? "null";
    const body = whole.slice(0, MAX_BODY_LENGTH);
    const hash = hashText(identity ?? whole);
    // Two that differ only beyond the cut have different hashes: equal hash and body mean the same
    // item.
    const same = sql.all<{ slot: number; body: string }>(
      `SELECT slot, body FROM invalid_events WHERE hash = ? ORDER BY slot`,
      hash,
    );
    if (same.some((row) => identity !== undefined || row.body === body)) continue;
    sql.run(
      `INSERT INTO invalid_events (seq, hash, slot, recorded_at, issues, body) VALUES (?, ?, ?, ?, ?, ?)`,
      ++seq,
      hash,
      (same.at(-1)?.slot ?? -1) + 1,
      now,
      JSON.stringify(cutIssues(issues)),
      body,
    );
  }
  if (seq > first) writeMeta(sql, "invalid_seq", seq);
  return seq - first;
}

/** Of an item with thousands of faults, the first ones are enough. */
function cutIssues(issues: readonly string[]): string[] {
  return firstLines(issues, MAX_ISSUES, (issue) => issue.slice(0, MAX_ISSUE_LENGTH));
}

/** Reads up to `limit` invalid events after a seq, in order of seq, `maxBytes` in all. */
export function invalidEventsAfter(
  sql: Sql,
  after: number,
  limit: number,
  maxBytes?: number,
): StoredInvalidEvent[] {
  const last = lastThatFits(sql, "invalid_events", after, limit, maxBytes);
  return last === undefined ? [] : sql.all<Row>(
    `SELECT seq, recorded_at, issues, body FROM invalid_events
      WHERE seq > ? AND seq <= ? ORDER BY seq`,
    after,
    last,
  ).map(({ seq, recorded_at: recordedAt, issues, body }) => ({
    seq,
    recordedAt,
    issues: JSON.parse(issues) as string[],
    body,
  }));
}

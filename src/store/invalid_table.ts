import { firstLines } from "../stream/plain_text.ts";
import { hashText } from "./hash_text.ts";
import { lastThatFits } from "./last_that_fits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Sql } from "./sql.ts";

/** Something that the API sent as an event and that could not be recorded as one. */
export interface NewInvalidEvent {
  /** What was sent. */
  readonly value: unknown;
  /** What is wrong with it, one line each. */
  readonly issues: readonly string[];
  /** What it has in common with itself in another form, where that is known; else what was sent has to be equal. */
  readonly identity?: string;
}

/** Something that the API sent as an event and that no schema could read: kept aside, never lost. */
export interface StoredInvalidEvent {
  /** Its place among the invalid events, from 1. */
  readonly seq: number;
  /** When it was kept, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** What is wrong with it. */
  readonly issues: readonly string[];
  /** What was sent: JSON text, cut if it is larger than a row may be. */
  readonly body: string;
}

/** The most that is kept of one, in UTF-16 units: a row holds it in any case. */
const LONGEST_BODY = 400_000;

const MOST_ISSUES = 100;
const LONGEST_ISSUE = 500;

type Row = { seq: number; recorded_at: number; issues: string; body: string };

/**
 * Keeps events aside that no schema could read, each once, however often it is read again.
 *
 * @param sql The database, within a transaction.
 * @param invalid What was sent, and what is wrong with it.
 * @param now Milliseconds since the Unix epoch.
 * @returns How many were not there before.
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
    const body = whole.slice(0, LONGEST_BODY);
    const hash = hashText(identity ?? whole);
    // Two that differ only beyond the cut have different hashes; the same hash and text count as the same.
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

/** An event with thousands of faults needs no more than the first to be told from others. */
function cutIssues(issues: readonly string[]): string[] {
  return firstLines(issues, MOST_ISSUES, (issue) => issue.slice(0, LONGEST_ISSUE));
}

/** Reads up to `limit` invalid events with a seq above `after`, in order of seq, and of `maxBytes` in all. */
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

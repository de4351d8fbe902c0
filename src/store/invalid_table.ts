import { deepJson } from "../stream/deep_json.ts";
import { firstLines } from "../stream/plain_text.ts";
import { sha256Hex } from "../stream/sha256_hex.ts";
import { lastThatFits } from "./last_that_fits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Sql } from "./sql.ts";

/** An item that the API sent as an event and that cannot be recorded as one. */
export interface NewInvalidEvent {
  /** The item as it was sent. */
  readonly value: unknown;
  /** What is wrong with it, one line each. */
  readonly issues: readonly string[];
}

/** An item that was not kept before. */
export interface KeptInvalidEvent extends NewInvalidEvent {
  /** Its place among the invalid events, from 1. */
  readonly seq: number;
  /**
   * Identifies it, whatever the order of its members: the SHA-256 of its JSON with all members
   * sorted by name, in hexadecimal.
   */
  readonly digest: string;
}

/** An item that the API sent as an event and that is not valid: kept aside, never lost. */
export interface StoredInvalidEvent {
  /** Its place among the invalid events, from 1. */
  readonly seq: number;
  /** When it was kept, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** What is wrong with it. */
  readonly issues: readonly string[];
  /** Identifies it: see `KeptInvalidEvent`; null if an earlier version has kept it. */
  readonly digest: string | null;
  /** The item as JSON, cut if it is too large for a row. */
  readonly body: string;
}

/** How much of an item is kept, in UTF-16 units: a row can always hold it. */
const MAX_BODY_LENGTH = 400_000;

const MAX_ISSUES = 100;
const MAX_ISSUE_LENGTH = 500;

type Row = {
  seq: number;
  recorded_at: number;
  issues: string;
  digest: string | null;
  body: string;
};

/**
 * Keeps items aside that are not valid events, each once, however often it is read again, also after
 * retention has removed it.
 *
 * @param sql The database, within a transaction.
 * @param invalid The items, and what is wrong with each.
 * @param now Milliseconds since the Unix epoch.
 * @returns Those that are new.
 */
export function addInvalidEvents(
  sql: Sql,
  invalid: readonly NewInvalidEvent[],
  now: number,
): KeptInvalidEvent[] {
  const kept: KeptInvalidEvent[] = [];
  const first = readNumber(sql, "invalid_seq", 0);
  for (const item of invalid) {
    const { value, issues } = item;
    const sorted = deepJson(value, { isSorted: true });
    const digest = sha256Hex(sorted);
    const isKnown = sql.all(`SELECT 1 FROM invalid_digests WHERE digest = ?`, digest).length > 0;
    if (isKnown) continue;
    const seq = first + kept.length + 1;
    kept.push({ ...item, seq, digest });
    sql.run(
      `INSERT INTO invalid_digests (seq, digest, recorded_at) VALUES (?, ?, ?)`,
      seq,
      digest,
      now,
    );
    // The hash was how earlier versions found an item again; now it only has to be unique.
    sql.run(
      `INSERT INTO invalid_events (seq, hash, slot, recorded_at, issues, digest, body)
        VALUES (?, ?, -1, ?, ?, ?, ?)`,
      seq,
      seq,
      now,
      JSON.stringify(cutIssues(issues)),
      digest,
      deepJson(value).slice(0, MAX_BODY_LENGTH),
    );
  }
  if (kept.length > 0) writeMeta(sql, "invalid_seq", first + kept.length);
  return kept;
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
    `SELECT seq, recorded_at, issues, digest, body FROM invalid_events
      WHERE seq > ? AND seq <= ? ORDER BY seq`,
    after,
    last,
  ).map(({ seq, recorded_at: recordedAt, issues, digest, body }) => ({
    seq,
    recordedAt,
    issues: JSON.parse(issues) as string[],
    digest,
    body,
  }));
}

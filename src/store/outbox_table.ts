import { ALERT_LEVELS, type AlertLevel } from "../alert/alert.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Columns, Sql, SqlValue } from "./sql.ts";
import type { MessageState, OutboxMessage, StoredAttempt } from "./outbox_message.ts";

/** A message to queue. */
export interface NewMessage {
  /** The alert's id. */
  readonly webhookId: string;
  /** The endpoint's name. */
  readonly endpoint: string;
  /** When it is due, in milliseconds since the Unix epoch; default now. */
  readonly dueAt?: number;
  /** The alert's level: the more serious is sent first. */
  readonly level: AlertLevel;
}

/**
 * Which of the messages that are due come first: the most serious and of those the longest due, the
 * longest due at any level, or the least tried.
 */
export type DueOrder = "level" | "age" | "tries";

/** What of the outbox is not delivered. */
export interface UndeliveredCount {
  /** Each endpoint that has messages to deliver. */
  readonly endpoints: readonly {
    /** Its name. */
    readonly endpoint: string;
    /** How many messages. */
    readonly count: number;
    /** Since when the oldest is to be delivered, in milliseconds since the Unix epoch. */
    readonly since: number;
  }[];
  /** Dead letters, and when the first was given up; undefined if there are none. */
  readonly dead: { readonly count: number; readonly since: number } | undefined;
}

/** Which messages to list. */
export interface DeliveriesQuery {
  /** Only those of this endpoint. */
  readonly endpoint?: string | undefined;
  /** Only those in this state. */
  readonly state?: MessageState | undefined;
  /** Only those about this alert. */
  readonly webhookId?: string | undefined;
  /** Only those queued at or after this time, in milliseconds since the Unix epoch. */
  readonly from?: number | undefined;
  /** Only those queued before this time, likewise. */
  readonly to?: number | undefined;
  /** Only rows below this id: the last one of the previous page. */
  readonly before?: number | undefined;
  /** The maximum number of messages. */
  readonly limit: number;
}

/** A bound string may have 2 MB, and a message takes about 100 characters. */
const MAX_QUEUED = 10_000;

/**
 * Smaller changes of the clock, in milliseconds, are not noted: this saves a row for each message.
 */
const CLOCK_STEP_MS = 60_000;

/** How many attempts are kept of each message, the latest ones. */
const MAX_ATTEMPTS = 20;

const COLUMNS =
  `id, webhook_id AS webhookId, endpoint, state, attempt, round, refused, due_at AS dueAt, token,
  created_at AS createdAt, queued_at AS queuedAt, updated_at AS updatedAt`;

/** The ranks of the levels, the most serious first. */
const RANKS = ALERT_LEVELS.map((_, rank) => rank).reverse();

/** Queues messages, due at once unless they say otherwise; one that is already there, in whatever state, is left alone. */
export function queueMessages(sql: Sql, messages: readonly NewMessage[], now: number): number {
  if (messages.length > 0) noteClock(sql, now);
  let queued = 0;
  for (let start = 0; start < messages.length; start += MAX_QUEUED) {
    const some = messages.slice(start, start + MAX_QUEUED);
    queued += sql.all(
      `INSERT INTO outbox (
        webhook_id, endpoint, level, state, attempt, round, due_at, token, created_at, queued_at,
        updated_at)
        SELECT value->>0, value->>1, value->>2, 'pending', 0, 0, COALESCE(value->>3, ?1), NULL, ?1,
          COALESCE(value->>3, ?1), ?1
        FROM json_each(?2) WHERE true
        ON CONFLICT (webhook_id, endpoint) DO NOTHING RETURNING id`,
      now,
      JSON.stringify(
        some.map(({ webhookId, endpoint, level, dueAt }) => [
          webhookId,
          endpoint,
          ALERT_LEVELS.indexOf(level),
          dueAt,
        ]),
      ),
    ).length;
  }
  return queued;
}

/** Counts what is not delivered, by two small indexes. */
export function undelivered(sql: Sql): UndeliveredCount {
  const endpoints = sql.all<{ endpoint: string; count: number; since: number }>(
    `SELECT endpoint, COUNT(*) AS count, MIN(queued_at) AS since
      FROM outbox WHERE due_at IS NOT NULL GROUP BY endpoint`,
  );
  const dead = sql.all<{ count: number; since: number | null }>(
    `SELECT COUNT(*) AS count, MIN(updated_at) AS since FROM outbox WHERE state = 'dead'`,
  )[0];
  return {
    endpoints,
    dead: dead === undefined || dead.since === null ? undefined : { ...dead, since: dead.since },
  };
}

/** Reads up to `limit` messages of one endpoint that are due or whose lease has run out. */
export function dueMessages(
  sql: Sql,
  endpoint: string,
  now: number,
  limit: number,
  order: DueOrder = "level",
): OutboxMessage[] {
  if (order === "tries") {
    return sql.all<Columns<OutboxMessage>>(
      `SELECT ${COLUMNS} FROM outbox WHERE endpoint = ? AND due_at IS NOT NULL AND due_at <= ?
        ORDER BY attempt, level DESC, due_at, id LIMIT ?`,
      endpoint,
      now,
      limit,
    );
  }
  const found: OutboxMessage[] = [];
  for (const rank of RANKS) {
    const wanted = order === "level" ? limit - found.length : limit;
    if (wanted === 0) break;
    found.push(...sql.all<Columns<OutboxMessage>>(
      `SELECT ${COLUMNS} FROM outbox
        WHERE endpoint = ? AND level = ? AND due_at IS NOT NULL AND due_at <= ?
        ORDER BY due_at, id LIMIT ?`,
      endpoint,
      rank,
      now,
      wanted,
    ));
  }
  if (order === "level") return found;
  return found.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || a.id - b.id).slice(0, limit);
}

/** Makes what waits for an endpoint due at once, with its schedule from the start. */
export function releaseMessages(sql: Sql, endpoint: string, now: number): void {
  noteClock(sql, now);
  sql.run(
    `UPDATE outbox SET due_at = ?, round = 0, refused = 0
      WHERE endpoint = ? AND due_at IS NOT NULL AND state = 'waiting'`,
    now,
    endpoint,
  );
}

/** Gives up the messages of an endpoint that were queued before a time, except those under way. */
export function giveUpMessages(sql: Sql, endpoint: string, before: number, now: number): void {
  sql.run(
    `UPDATE outbox SET state = 'dead', due_at = NULL, updated_at = ?
      WHERE endpoint = ? AND due_at IS NOT NULL AND state <> 'leased' AND queued_at < ?`,
    now,
    endpoint,
    before,
  );
}

/**
 * Writes a message back, unless another writer changed it since it was read.
 *
 * @param sql The database.
 * @param before The message as it was read.
 * @param after The message as it shall be; `updatedAt` is set to `now`.
 * @param now Milliseconds since the Unix epoch.
 * @returns Whether it was written.
 */
export function saveMessage(
  sql: Sql,
  before: OutboxMessage,
  after: OutboxMessage,
  now: number,
): boolean {
  if (after.dueAt !== null) noteClock(sql, now);
  return sql.all(
    `UPDATE outbox SET state = ?, attempt = ?, round = ?, refused = ?, due_at = ?, token = ?,
      queued_at = ?, updated_at = ?
      WHERE id = ? AND state = ? AND attempt = ? AND token IS ? RETURNING id`,
    after.state,
    after.attempt,
    after.round,
    after.refused,
    after.dueAt,
    after.token,
    after.queuedAt,
    now,
    before.id,
    before.state,
    before.attempt,
    before.token,
  ).length > 0;
}

/**
 * By how much the clock was set back since a due time was last set.
 *
 * @param sql The database.
 * @param now Milliseconds since the Unix epoch.
 * @returns Milliseconds; 0 if it was not set back.
 */
export function clockSetBackBy(sql: Sql, now: number): number {
  const backBy = readNumber(sql, "outbox_clock", now) - now;
  return backBy <= CLOCK_STEP_MS ? 0 : backBy;
}

/** Follows a clock that was set back: due times that were set before become earlier by as much. */
export function followClock(sql: Sql, now: number, backBy: number): void {
  sql.run(`UPDATE outbox SET due_at = MAX(?, due_at - ?) WHERE due_at > ?`, now, backBy, now);
  writeMeta(sql, "outbox_clock", now);
}

/**
 * Every due time depends on the clock, and only its earlier readings can tell that it was set back.
 */
function noteClock(sql: Sql, now: number): void {
  if (now > readNumber(sql, "outbox_clock", -Infinity) + CLOCK_STEP_MS) {
    writeMeta(sql, "outbox_clock", now);
  }
}

/** Stores an attempt; only the latest 20 of a message are kept. */
export function noteAttempt(sql: Sql, message: number, attempt: StoredAttempt): void {
  sql.run(
    `INSERT OR REPLACE INTO attempts (message, number, at, duration_ms, kind, code, status, excerpt)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    message,
    attempt.number,
    attempt.at,
    attempt.durationMs,
    attempt.kind,
    attempt.code,
    attempt.status,
    attempt.excerpt,
  );
  if (attempt.number > MAX_ATTEMPTS) {
    sql.run(
      `DELETE FROM attempts WHERE message = ? AND number <= ?`,
      message,
      attempt.number - MAX_ATTEMPTS,
    );
  }
}

/** Reads one message by its row. */
export function messageById(sql: Sql, id: number): OutboxMessage | undefined {
  return sql.all<Columns<OutboxMessage>>(`SELECT ${COLUMNS} FROM outbox WHERE id = ?`, id)[0];
}

/** Lists messages, newest first. */
export function deliveries(sql: Sql, { limit, ...query }: DeliveriesQuery): OutboxMessage[] {
  const { where, values } = conditionsOf(query);
  return sql.all<Columns<OutboxMessage>>(
    `SELECT ${COLUMNS} FROM outbox WHERE ${where} ORDER BY id DESC LIMIT ?`,
    ...values,
    limit,
  );
}

/** Counts messages. */
export function countDeliveries(sql: Sql, query: Omit<DeliveriesQuery, "limit">): number {
  const { where, values } = conditionsOf(query);
  const [row] = sql.all<{ n: number }>(
    `SELECT COUNT(*) AS n FROM outbox WHERE ${where}`,
    ...values,
  );
  return row?.n ?? 0;
}

function conditionsOf(
  { endpoint, state, webhookId, from, to, before }: Omit<DeliveriesQuery, "limit">,
): { where: string; values: SqlValue[] } {
  const all: readonly (readonly [string, SqlValue | undefined])[] = [
    ["id < ?", before ?? Number.MAX_SAFE_INTEGER],
    ["endpoint = ?", endpoint],
    ["state = ?", state],
    ["webhook_id = ?", webhookId],
    ["created_at >= ?", from],
    ["created_at < ?", to],
  ];
  const given = all.flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }]
  );
  return {
    where: given.map(({ condition }) => condition).join(" AND "),
    values: given.map(({ value }) => value),
  };
}

/** Reads the attempts kept of one message, oldest first: the `latest` ones. */
export function attemptsOf(sql: Sql, message: number, latest = MAX_ATTEMPTS): StoredAttempt[] {
  return sql.all<Columns<StoredAttempt>>(
    `SELECT number, at, duration_ms AS durationMs, kind, code, status, excerpt FROM attempts
      WHERE message = ? ORDER BY number DESC LIMIT ?`,
    message,
    latest,
  ).reverse();
}

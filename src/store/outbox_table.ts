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
}

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
    /** The most failed attempts that one of them has had since it was queued or redelivered. */
    readonly failures: number;
    /** How the latest attempt of the one that is tried next ended; undefined if it has none. */
    readonly answer: string | undefined;
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
  `id, webhook_id AS webhookId, endpoint, state, attempt, round, due_at AS dueAt, token,
  created_at AS createdAt, updated_at AS updatedAt`;

/** Queues messages, due at once unless they say otherwise; one that is already there, in whatever state, is left alone. */
export function queueMessages(sql: Sql, messages: readonly NewMessage[], now: number): number {
  if (messages.length > 0) noteClock(sql, now);
  let queued = 0;
  for (let start = 0; start < messages.length; start += MAX_QUEUED) {
    const some = messages.slice(start, start + MAX_QUEUED);
    queued += sql.all(
      `INSERT INTO outbox (
        webhook_id, endpoint, state, attempt, round, due_at, token, created_at, updated_at)
        SELECT value->>0, value->>1, 'pending', 0, 0, COALESCE(value->>2, ?1), NULL, ?1, ?1
        FROM json_each(?2) WHERE true
        ON CONFLICT (webhook_id, endpoint) DO NOTHING RETURNING id`,
      now,
      JSON.stringify(some.map(({ webhookId, endpoint, dueAt }) => [webhookId, endpoint, dueAt])),
    ).length;
  }
  return queued;
}

/** Lists the endpoints that have messages for which something is due. */
export function endpointsWithDue(sql: Sql): string[] {
  // It jumps from name to name: a plain DISTINCT would read the whole index.
  return sql.all<{ name: string | null }>(
    `WITH RECURSIVE names (name) AS (
      SELECT MIN(endpoint) FROM outbox WHERE due_at IS NOT NULL
      UNION ALL
      SELECT (SELECT MIN(endpoint) FROM outbox WHERE due_at IS NOT NULL AND endpoint > name)
        FROM names WHERE name IS NOT NULL)
    SELECT name FROM names WHERE name IS NOT NULL`,
  ).map(({ name }) => name!);
}

/**
 * Tells when the next message is due, in milliseconds since the Unix epoch: of those due later than
 * `after`.
 */
export function nextDueAt(sql: Sql, after = Number.MIN_SAFE_INTEGER): number | undefined {
  const times = endpointsWithDue(sql).flatMap((endpoint) =>
    sql.all<{ at: number | null }>(
      `SELECT MIN(due_at) AS at FROM outbox WHERE endpoint = ? AND due_at IS NOT NULL AND due_at > ?`,
      endpoint,
      after,
    )[0]?.at ?? []
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Counts what is not delivered, from the two small indexes alone. */
export function undelivered(sql: Sql): UndeliveredCount {
  const endpoints = sql.all<{ endpoint: string; count: number; since: number; failures: number }>(
    `SELECT endpoint, COUNT(*) AS count,
        MIN(CASE WHEN round = 0 THEN due_at ELSE created_at END) AS since,
        MAX(CASE WHEN state = 'waiting' THEN round ELSE 0 END) AS failures
      FROM outbox WHERE due_at IS NOT NULL GROUP BY endpoint`,
  );
  const dead = sql.all<{ count: number; since: number | null }>(
    `SELECT COUNT(*) AS count, MIN(updated_at) AS since FROM outbox WHERE state = 'dead'`,
  )[0];
  return {
    endpoints: endpoints.map((row) => ({ ...row, answer: latestAnswer(sql, row.endpoint) })),
    dead: dead === undefined || dead.since === null ? undefined : { ...dead, since: dead.since },
  };
}

function latestAnswer(sql: Sql, endpoint: string): string | undefined {
  const [latest] = sql.all<{ code: string; status: number | null }>(
    `SELECT code, status FROM attempts WHERE message = (
        SELECT id FROM outbox WHERE endpoint = ? AND due_at IS NOT NULL AND state = 'waiting'
          ORDER BY due_at LIMIT 1)
      ORDER BY number DESC LIMIT 1`,
    endpoint,
  );
  return latest === undefined ? undefined : [latest.code, latest.status ?? []].flat().join(" ");
}

/**
 * Reads up to `limit` messages of one endpoint that are due or whose lease has run out, longest due
 * first.
 */
export function dueMessages(
  sql: Sql,
  endpoint: string,
  now: number,
  limit: number,
): OutboxMessage[] {
  return sql.all<Columns<OutboxMessage>>(
    `SELECT ${COLUMNS} FROM outbox WHERE endpoint = ? AND due_at IS NOT NULL AND due_at <= ?
      ORDER BY due_at, id LIMIT ?`,
    endpoint,
    now,
    limit,
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
    `UPDATE outbox SET state = ?, attempt = ?, round = ?, due_at = ?, token = ?, updated_at = ?
      WHERE id = ? AND state = ? AND attempt = ? AND token IS ? RETURNING id`,
    after.state,
    after.attempt,
    after.round,
    after.dueAt,
    after.token,
    now,
    before.id,
    before.state,
    before.attempt,
    before.token,
  ).length > 0;
}

/**
 * Follows a clock that was set back: due times that were set before become earlier by as much.
 *
 * @param sql The database.
 * @param now Milliseconds since the Unix epoch.
 * @returns By how much, in milliseconds; 0 if it was not set back.
 */
export function followClock(sql: Sql, now: number): number {
  const backBy = readNumber(sql, "outbox_clock", now) - now;
  if (backBy <= CLOCK_STEP_MS) return 0;
  sql.run(`UPDATE outbox SET due_at = MAX(?, due_at - ?) WHERE due_at > ?`, now, backBy, now);
  writeMeta(sql, "outbox_clock", now);
  return backBy;
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

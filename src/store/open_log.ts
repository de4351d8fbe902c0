import type { UserEvent } from "../thousandeyes/user_event.ts";
import { addAlerts, alertById, alertsAfter, type NewAlert } from "./alert_table.ts";
import { addInvalidEvents, invalidEventsAfter, type NewInvalidEvent } from "./invalid_table.ts";
import { newEpoch } from "./new_epoch.ts";
import { readNumber, readText, writeMeta } from "./meta.ts";
import { migrate } from "./migrate.ts";
import {
  attemptsOf,
  deliveries,
  type DeliveriesQuery,
  dueMessages,
  endpointsWithDue,
  messageById,
  type MessageChange,
  type NewMessage,
  nextDueAt,
  noteAttempt,
  queueMessages,
  saveMessage,
} from "./outbox_table.ts";
import { recordEvents, type RecordOptions, type RecordResult } from "./record_events.ts";
import type { Sql } from "./sql.ts";
import type { StoredAlert } from "./stored_alert.ts";
import type { StoredEvent } from "./stored_event.ts";
import type { StoredInvalidEvent } from "./stored_invalid_event.ts";
import type { StoredAttempt, StoredMessage } from "./stored_message.ts";

/** Which part of a sequence can be read. */
export interface LogHead {
  /** Names one life of the log: a seq of another epoch means nothing here. Letters and digits, at most 32. */
  readonly epoch: string;
  /** The first seq still kept; `newest + 1` when nothing is. */
  readonly oldest: number;
  /** The last seq recorded; 0 when nothing ever was. */
  readonly newest: number;
}

/** How much the log holds. */
export interface LogCounts {
  /** Events kept. */
  readonly events: number;
  /** Alerts kept. */
  readonly alerts: number;
  /** Invalid events kept. */
  readonly invalid: number;
  /** Messages of the outbox by state. */
  readonly messages: Readonly<Record<string, number>>;
  /** The size of the database in bytes. */
  readonly bytes: number;
}

/** What reads the log. */
export interface LogReader {
  /** The range of the events. */
  head(): LogHead;
  /** The range of the alerts. */
  alertsHead(): LogHead;
  /** Up to `limit` events with a seq above `after`, in order of seq. */
  eventsAfter(after: number, limit: number): StoredEvent[];
  /** Up to `limit` alerts with a seq above `after`, in order of seq. */
  alertsAfter(after: number, limit: number): StoredAlert[];
  /** One alert by its id. */
  alert(id: string): StoredAlert | undefined;
  /** Up to `limit` invalid events with a seq above `after`, in order of seq. */
  invalidEvents(after: number, limit: number): StoredInvalidEvent[];
  /** Messages of the outbox, newest first. */
  deliveries(query: DeliveriesQuery): StoredMessage[];
  /** The attempts kept of one message, oldest first. */
  attempts(message: number): StoredAttempt[];
  /** One message of the outbox. */
  message(id: number): StoredMessage | undefined;
  /** A value saved under a name. */
  checkpoint<Value>(name: string): Value | undefined;
  /** How much there is. */
  counts(): LogCounts;
  /** Calls `listener` after each transaction that added events or alerts; the function it gives back ends that. */
  onAppend(listener: () => void): () => void;
}

/** What writes the log. Everything here has to be called inside `transaction()`. */
export interface LogWriter {
  /** Records what is new among the events of one page. */
  record(events: readonly UserEvent[], options: RecordOptions): RecordResult;
  /** Keeps aside what is no event; returns how many are new. */
  keepInvalid(invalid: readonly NewInvalidEvent[], now: number): number;
  /** Stores alerts; returns those that were new. */
  addAlerts(alerts: readonly NewAlert[], now: number): NewAlert[];
  /** Queues messages, due at once; returns how many are new. */
  queue(messages: readonly NewMessage[], now: number): number;
  /** Saves a value, plain JSON, under a name. */
  saveCheckpoint(name: string, value: unknown): void;
  /** Messages of one endpoint that are due or whose lease has run out, the longest due first. */
  dueMessages(endpoint: string, now: number, limit: number): StoredMessage[];
  /** The names of the endpoints that have messages which are not ended. */
  endpointsWithDue(): string[];
  /** When the next message is due, in milliseconds since the Unix epoch, if any is. */
  nextDueAt(): number | undefined;
  /** Writes a message back, if nobody has changed it since it was read. */
  saveMessage(before: StoredMessage, after: MessageChange, now: number): boolean;
  /** Notes an attempt of a message. */
  noteAttempt(message: number, attempt: StoredAttempt): void;
  /** Starts a new epoch, after the log was restored from a copy: what was read before may come again otherwise. */
  raiseEpoch(now: number): void;
}

/** The durable log: events, alerts, the outbox and checkpoints. */
export interface Log extends LogReader, LogWriter {
  /** The database beneath. */
  readonly sql: Sql;
  /** Runs `body` in one transaction, then tells the listeners if events or alerts were added. */
  transaction<T>(body: () => T): T;
}

/** What the log needs besides the database. */
export interface OpenLogOptions {
  /** The time now, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** Chance in [0, 1); makes the epoch of a new log. */
  readonly random: () => number;
}

/**
 * Opens the log in a database, and brings its schema up to date.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nodeSql } from "../deno/node_sql.ts";
 * import { openLog } from "./open_log.ts";
 *
 * using sql = nodeSql(":memory:");
 * const log = openLog(sql, { now: 0, random: () => 0.5 });
 * const event = { event: "Login failed.", date: "2026-11-22T10:00:00Z" };
 * log.transaction(() => log.record([event, event], { now: 1 })); // twins
 * log.transaction(() => log.record([event, event], { now: 2 })); // the same two again
 * assertEquals(log.head().newest, 2);
 * assertEquals(log.eventsAfter(1, 10).map(({ body }) => JSON.parse(body)), [event]);
 * ```
 *
 * @param sql The database, empty or of any earlier version.
 * @param options Time and chance.
 * @returns The log; everything it knows is in the database.
 * @throws {Error} If the database was written by a later version.
 */
export function openLog(sql: Sql, { now, random }: OpenLogOptions): Log {
  migrate(sql, now);
  if (readText(sql, "epoch") === undefined) writeMeta(sql, "epoch", newEpoch(now, random));

  const listeners = new Set<() => void>();
  let appended = false;
  let depth = 0;

  function headOf(table: "events" | "alerts", counter: "event_seq" | "alert_seq"): LogHead {
    const newest = readNumber(sql, counter, 0);
    const oldest = sql.all<{ seq: number | null }>(`SELECT MIN(seq) AS seq FROM ${table}`)[0]?.seq;
    return { epoch: readText(sql, "epoch")!, oldest: oldest ?? newest + 1, newest };
  }

  return {
    sql,
    head: () => headOf("events", "event_seq"),
    alertsHead: () => headOf("alerts", "alert_seq"),
    eventsAfter: (after, limit) =>
      sql.all<{ seq: number; at: number | null; recordedAt: number; body: string }>(
        `SELECT seq, at, recorded_at AS recordedAt, body FROM events
          WHERE seq > ? ORDER BY seq LIMIT ?`,
        after,
        limit,
      ),
    alertsAfter: (after, limit) => alertsAfter(sql, after, limit),
    alert: (id) => alertById(sql, id),
    invalidEvents: (after, limit) => invalidEventsAfter(sql, after, limit),
    deliveries: (query) => deliveries(sql, query),
    attempts: (message) => attemptsOf(sql, message),
    message: (id) => messageById(sql, id),
    checkpoint<Value>(name: string) {
      const row =
        sql.all<{ value: string }>(`SELECT value FROM checkpoints WHERE name = ?`, name)[0];
      return row === undefined ? undefined : JSON.parse(row.value) as Value;
    },
    counts: () => ({
      events: kept(headOf("events", "event_seq")),
      alerts: kept(headOf("alerts", "alert_seq")),
      invalid: sql.all<{ n: number }>(`SELECT COUNT(*) AS n FROM invalid_events`)[0]?.n ?? 0,
      messages: Object.fromEntries(
        sql.all<{ state: string; n: number }>(
          `SELECT state, COUNT(*) AS n FROM outbox GROUP BY state`,
        ).map(({ state, n }) => [state, n]),
      ),
      bytes: sql.bytes(),
    }),
    onAppend(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    record(events, options) {
      const result = recordEvents(sql, events, options);
      if (result.recorded.length > 0) appended = true;
      return result;
    },
    keepInvalid: (invalid, at) => addInvalidEvents(sql, invalid, at),
    addAlerts(alerts, at) {
      const added = addAlerts(sql, alerts, at);
      if (added.length > 0) appended = true;
      return added;
    },
    queue: (messages, at) => queueMessages(sql, messages, at),
    saveCheckpoint: (name, value) =>
      void sql.run(
        `INSERT INTO checkpoints (name, value) VALUES (?, ?)
          ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        name,
        JSON.stringify(value),
      ),
    dueMessages: (endpoint, at, limit) => dueMessages(sql, endpoint, at, limit),
    endpointsWithDue: () => endpointsWithDue(sql),
    nextDueAt: () => nextDueAt(sql),
    saveMessage: (before, after, at) => saveMessage(sql, before, after, at),
    noteAttempt: (message, attempt) => noteAttempt(sql, message, attempt),
    raiseEpoch: (at) => writeMeta(sql, "epoch", newEpoch(at, random)),
    transaction(body) {
      depth++;
      try {
        return sql.transaction(body);
      } catch (error) {
        if (depth === 1) appended = false;
        throw error;
      } finally {
        depth--;
        if (depth === 0 && appended) {
          appended = false;
          for (const listener of listeners) listener();
        }
      }
    },
  };
}

function kept({ oldest, newest }: LogHead): number {
  return newest - oldest + 1;
}

import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { NewAlert, StoredAlert } from "./alert_table.ts";
import type { NewInvalidEvent, StoredInvalidEvent } from "./invalid_table.ts";
import type { DeliveriesQuery, NewMessage } from "./outbox_table.ts";
import type { PassCount, PassPage } from "./pass_table.ts";
import type { RecordOptions, RecordResult } from "./record_events.ts";
import type { Retained, RetainOptions } from "./retain.ts";
import type { Sql } from "./sql.ts";
import type { OutboxMessage, StoredAttempt } from "./outbox_message.ts";

/** One event as the log keeps it. */
export interface StoredEvent {
  /** Its place in the log, from 1, never used twice within an epoch. */
  readonly seq: number;
  /** Its own date, in milliseconds since the Unix epoch; null where it has none that can be read. */
  readonly at: number | null;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The event as recorded: JSON text. */
  readonly body: string;
}

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
  /**
   * Up to `limit` events with a seq above `after`, in order of seq, and of `maxBytes` in all; at least one
   * where there is one.
   */
  eventsAfter(after: number, limit: number, maxBytes?: number): StoredEvent[];
  /** Alerts, likewise. */
  alertsAfter(after: number, limit: number, maxBytes?: number): StoredAlert[];
  /** One alert by its id. */
  alert(id: string): StoredAlert | undefined;
  /** Invalid events, likewise. */
  invalidEvents(after: number, limit: number, maxBytes?: number): StoredInvalidEvent[];
  /** Messages of the outbox, newest first. */
  deliveries(query: DeliveriesQuery): OutboxMessage[];
  /** The attempts kept of one message, oldest first; of these the `latest` ones, default all. */
  attempts(message: number, latest?: number): StoredAttempt[];
  /** One message of the outbox. */
  message(id: number): OutboxMessage | undefined;
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
  dueMessages(endpoint: string, now: number, limit: number): OutboxMessage[];
  /** The names of the endpoints that have messages which are not ended. */
  endpointsWithDue(): string[];
  /** When the next message is due, in milliseconds since the Unix epoch, if any is; with `after`, only later than that. */
  nextDueAt(after?: number): number | undefined;
  /** Writes a message back, if nobody has changed it since it was read. */
  saveMessage(before: OutboxMessage, after: OutboxMessage, now: number): boolean;
  /** Notes an attempt of a message. */
  noteAttempt(message: number, attempt: StoredAttempt): void;
  /** Where the clock was set back, what is due by the clock as it was becomes due sooner by as much. */
  followClock(now: number): void;
  /** Saves what one page of a pass has counted. */
  savePassPage(page: PassPage): void;
  /** What a pass has counted so far. */
  readPass(pass: number): PassCount;
  /** Forgets the pages of every pass but these. */
  dropPasses(kept: readonly number[]): void;
  /** Removes what is too old or too much, oldest first, in one bounded step. */
  retain(options: RetainOptions): Retained;
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

import type { BackupPart } from "./backup/backup_part.ts";
import type { Restored, RestoreOptions, Restoring } from "./backup/restore_part.ts";
import type { EventPlace, PlacedEvent } from "./events_by_time.ts";
import type { CorrelationOutcome, CorrelationStore } from "../sigma/engine.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { AlertCount } from "./alert_counts.ts";
import type { NewAlert, StoredAlert } from "./alert_table.ts";
import type { AlertStateChanges, NewChange, StoredChange } from "./change_table.ts";
import type { StoredEndpoint } from "./endpoint_table.ts";
import type { FoldEntry, FoldOptions, FoldOutcome, StoredFoldedAlerts } from "./fold_table.ts";
import type { KeptInvalidEvent, NewInvalidEvent, StoredInvalidEvent } from "./invalid_table.ts";
import type { EndpointState } from "./endpoint_state.ts";
import type { DeliveriesQuery, DueOrder, NewMessage, UndeliveredCount } from "./outbox_table.ts";
import type { PassCount, PassPage } from "./pass_table.ts";
import type { RecordOptions, RecordResult } from "./record_events.ts";
import type { AlertChange, AlertState } from "../alert/alert_state.ts";
import type { Silence } from "../alert/silence.ts";
import type { StoredSilence } from "./silence_table.ts";
import type { Retained, RetainOptions } from "./retain.ts";
import type { Sql } from "./sql.ts";
import type { OutboxMessage, StoredAttempt } from "./outbox_message.ts";

/** One event as the log keeps it. */
export interface StoredEvent {
  /** Its place in the log, from 1; never reused within an epoch. */
  readonly seq: number;
  /** Its own date, in milliseconds since the Unix epoch; null where it is absent or unreadable. */
  readonly at: number | null;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The event as JSON, as recorded. */
  readonly body: string;
}

/** Which part of a sequence is readable. */
export interface LogHead {
  /**
   * Names one life of the log: a seq of another epoch is meaningless here. At most 32 letters and
   * digits.
   */
  readonly epoch: string;
  /** The first seq still kept; `newest + 1` if the log is empty. */
  readonly oldest: number;
  /** The last seq recorded; 0 before the first. */
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
  /** Windows in which repeats of alerts are folded. */
  readonly windows: number;
  /** Of those, the ones whose count is still to be told. */
  readonly folds: number;
  /** Messages of the outbox by state. */
  readonly messages: Readonly<Record<string, number>>;
  /** The size of the database in bytes. */
  readonly bytes: number;
}

/** Reading the log. */
export interface LogReader {
  /** The range of the events. */
  head(): LogHead;
  /** The range of the alerts. */
  alertsHead(): LogHead;
  /**
   * Reads up to `limit` events with a seq above `after`, in order of seq, `maxBytes` in all, but
   * always one if there is one.
   */
  eventsAfter(after: number, limit: number, maxBytes?: number): StoredEvent[];
  /** Reads events in the order of time, to the minute, from any place on. */
  eventsByTime(after: EventPlace, limit: number, maxBytes: number): PlacedEvent[];
  /** Returns the place in that order before the latest `count` events. */
  placeBeforeLatest(count: number): EventPlace;
  /** Reads alerts in order of seq, as events; with `state` only those in this state. */
  alertsAfter(after: number, limit: number, maxBytes?: number, state?: AlertState): StoredAlert[];
  /** Who has put an alert into which state, oldest first; undefined if there is no such alert. */
  alertChanges(id: string): readonly AlertChange[] | undefined;
  /** Reads how many alerts have been recorded since the log was created, by rule and level. */
  alertCounts(): AlertCount[];
  /** Reads one alert by its id. */
  alert(id: string): StoredAlert | undefined;
  /** Reads the message that closed a window of repeats, by its id. */
  foldedMessage(id: string): StoredFoldedAlerts | undefined;
  /**
   * Tells when the next window of repeats ends, in milliseconds since the Unix epoch; undefined if
   * nothing is folded.
   */
  foldsDueAt(): number | undefined;
  /** Reads the silences that have not ended, oldest first. */
  silences(now: number): StoredSilence[];
  /** Reads invalid events, likewise. */
  invalidEvents(after: number, limit: number, maxBytes?: number): StoredInvalidEvent[];
  /** Lists messages of the outbox, newest first. */
  deliveries(query: DeliveriesQuery): OutboxMessage[];
  /** Reads the attempts kept of one message, oldest first: the `latest` ones, default all. */
  attempts(message: number, latest?: number): StoredAttempt[];
  /** Counts messages of the outbox. */
  countDeliveries(query: Omit<DeliveriesQuery, "limit">): number;
  /** Reads the endpoints that operators have stored, secrets included. */
  storedEndpoints(): StoredEndpoint[];
  /** Lists what operators have changed below a number, newest first. */
  changes(before: number, limit: number): StoredChange[];
  /** Lists the states that alerts were put into: see `alertStatesAfter()`. */
  alertStates(after: number | undefined, limit: number): AlertStateChanges;
  /** Reads one message of the outbox. */
  message(id: number): OutboxMessage | undefined;
  /** Reads a value saved under a name. */
  checkpoint<Value>(name: string): Value | undefined;
  /** Tells how much there is. */
  counts(): LogCounts;
  /** Counts what of the outbox is not delivered. */
  undelivered(): UndeliveredCount;
  /** Reads what is known about the endpoints, by name; one that was never called is missing. */
  endpointStates(): ReadonlyMap<string, EndpointState>;
  /**
   * Tells when the next message of each endpoint is due, in milliseconds since the Unix epoch, by
   * the endpoint's name; those for which nothing is due are missing.
   */
  dueTimes(): ReadonlyMap<string, number>;
  /** Writes a backup, part by part: see `backupParts()`. */
  backup(now: number, from?: string): Generator<string, void, void>;
  /** How far a backup has been restored; undefined if none is being restored. */
  restoring(): Restoring | undefined;
  /** Counts the transactions: as long as there is no other, what was read is still true. */
  transactions(): number;
  /**
   * Calls `listener` after each transaction that added events or alerts; returns a function to stop
   * it.
   */
  onAppend(listener: () => void): () => void;
}

/** The state of which correlations is in use. */
export interface UsedState {
  /** The keys of the correlations in force. */
  readonly stateKeys: readonly string[];
  /**
   * Those among them that go on with what they know when they come back into force; the others
   * start anew.
   */
  readonly learnedKeys: readonly string[];
  /** The time, in milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Writing the log. Everything here has to be called inside `transaction()`. */
export interface LogWriter {
  /** Records what is new among the events of one page. */
  record(events: readonly UserEvent[], options: RecordOptions): RecordResult;
  /** Keeps items aside that are not valid events; returns those that are new. */
  keepInvalid(invalid: readonly NewInvalidEvent[], now: number): KeptInvalidEvent[];
  /**
   * Evaluates correlations on the state that the log keeps of them.
   *
   * @param used Which correlations are in force. The state of others is kept for 30 days, and then
   *   deleted.
   * @param evaluate What to do.
   * @returns What it has found. If it throws, its changes are not written, and there is a fault.
   * @throws {unknown} What the database throws: then the transaction has to fail.
   */
  correlate(
    used: UsedState,
    evaluate: (store: CorrelationStore) => CorrelationOutcome,
  ): CorrelationOutcome & { readonly fault?: unknown };
  /** Returns the alerts among some that are not stored, each once. */
  newAlerts<T extends NewAlert>(alerts: readonly T[]): T[];
  /**
   * Folds alerts that are about to notify into the windows of their groups, and opens windows for
   * the others, `maxWindows` in all.
   */
  foldAlerts(entries: readonly FoldEntry[], now: number, options: FoldOptions): FoldOutcome;
  /** Closes windows of repeats whose time is over, and queues the messages that tell the counts. */
  closeFolds(now: number, options?: Pick<FoldOptions, "dueAt">): void;
  /** Puts an alert into a state; returns its changes, or undefined if there is no such alert. */
  changeAlert(id: string, change: AlertChange): readonly AlertChange[] | undefined;
  /** Adds a silence; false if there are too many. */
  addSilence(silence: Silence, now: number): boolean;
  /** Removes a silence; returns it, or undefined if there is none. */
  removeSilence(id: string): StoredSilence | undefined;
  /** Stores an endpoint in place of an earlier one with its name. */
  saveEndpoint(endpoint: StoredEndpoint): void;
  /** Removes a stored endpoint. */
  removeEndpoint(name: string): void;
  /** Notes what an operator changes, in the same transaction. */
  addChange(change: NewChange): void;
  /** Counts messages that a silence has held back. */
  countHeldBack(id: string, messages: number, now: number): void;
  /** Stores alerts; returns those that are new. */
  addAlerts(alerts: readonly NewAlert[], now: number): NewAlert[];
  /** Queues messages, due at once unless they say otherwise; returns how many are new. */
  queue(messages: readonly NewMessage[], now: number): number;
  /** Saves a value, plain JSON, under a name. */
  saveCheckpoint(name: string, value: unknown): void;
  /** Reads messages of one endpoint that are due or whose lease has run out; default by level. */
  dueMessages(endpoint: string, now: number, limit: number, order?: DueOrder): OutboxMessage[];
  /** Makes what waits for an endpoint due at once, with its schedule from the start. */
  releaseMessages(endpoint: string, now: number): void;
  /** Gives up the messages of an endpoint that were queued before a time. */
  giveUpMessages(endpoint: string, before: number, now: number): void;
  /** Writes what is known about an endpoint. */
  saveEndpointState(state: EndpointState): void;
  /** Forgets an endpoint that is no longer configured. */
  removeEndpointState(name: string): void;
  /** Writes a message back, unless another writer changed it since it was read. */
  saveMessage(before: OutboxMessage, after: OutboxMessage, now: number): boolean;
  /** Stores an attempt of a message. */
  noteAttempt(message: number, attempt: StoredAttempt): void;
  /** If the clock was set back, moves every due time back by as much. */
  followClock(now: number): void;
  /** Saves what one page of a pass has counted. */
  savePassPage(page: PassPage): void;
  /** Reads what a pass has counted so far. */
  readPass(pass: number): PassCount;
  /** Forgets the pages of all passes except these. */
  dropPasses(kept: readonly number[]): void;
  /** Removes what exceeds the limits of age and size, oldest first, in one bounded step. */
  retain(options: RetainOptions): Retained;
  /** Restores one part of a backup: see `restorePart()`. */
  restore(part: BackupPart, options: Pick<RestoreOptions, "now" | "isReplacing">): Restored;
  /** Cancels a restore, and empties the log; false if none was running. */
  abandonRestore(now: number): boolean;
  /**
   * Starts a new epoch, needed after restoring a copy: otherwise, old seqs would be used a second
   * time.
   */
  raiseEpoch(now: number): void;
}

/** The durable log: events, alerts, the outbox and checkpoints. */
export interface Log extends LogReader, LogWriter {
  /** The database that holds it. */
  readonly sql: Sql;
  /** Runs `body` in one transaction, then tells the listeners if events or alerts were added. */
  transaction<T>(body: () => T): T;
}

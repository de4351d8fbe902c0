import { alertCounts } from "./alert_counts.ts";
import {
  addAlerts,
  alertById,
  alertChanges,
  alertsAfter,
  changeAlert,
  newAlerts,
} from "./alert_table.ts";
import { backupParts } from "./backup/backup_parts.ts";
import { abandonRestore, restorePart, restoring } from "./backup/restore_part.ts";
import { addChange, alertStatesAfter, changesBefore } from "./change_table.ts";
import { CheckpointReader, saveCheckpoint } from "./checkpoint_table.ts";
import { DueTimes } from "./due_times.ts";
import { EndpointStateTable } from "./endpoint_state_table.ts";
import { removeEndpoint, saveEndpoint, storedEndpoints } from "./endpoint_table.ts";
import { eventsByTime, placeBeforeLatest } from "./events_by_time.ts";
import { CorrelationTable } from "./correlation_table.ts";
import {
  closeFolds,
  countFolds,
  countWindows,
  foldAlerts,
  foldedMessage,
  foldsDueAt,
  shiftWindows,
} from "./fold_table.ts";
import { addInvalidEvents, invalidEventsAfter } from "./invalid_table.ts";
import { lastThatFits } from "./last_that_fits.ts";
import type { Log, LogHead, StoredEvent } from "./log.ts";
import { newEpoch, readNumber, readText, writeMeta } from "./meta.ts";
import { migrate } from "./migrate.ts";
import {
  attemptsOf,
  clockSetBackBy,
  countDeliveries,
  deliveries,
  dueMessages,
  followClock,
  giveUpMessages,
  messageById,
  noteAttempt,
  queueMessages,
  releaseMessages,
  saveMessage,
  undelivered,
} from "./outbox_table.ts";
import { dropPasses, readPass, savePassPage } from "./pass_table.ts";
import { recordEvents } from "./record_events.ts";
import { retain } from "./retain.ts";
import { addSilence, countHeldBack, removeSilence, silencesAt } from "./silence_table.ts";
import type { Columns, Sql } from "./sql.ts";
import { type CorrelationOutcome, newTally } from "../sigma/engine.ts";

export type { Log, LogCounts, LogHead, LogReader, LogWriter } from "./log.ts";

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
 * import { nodeSql } from "../server/node_sql.ts";
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
 * @returns The log; everything it knows is in the database, which nothing else may write to: the log
 *   remembers what it has read of the outbox.
 * @throws {Error} If the database was written by a later version.
 */
export function openLog(sql: Sql, { now, random }: OpenLogOptions): Log {
  migrate(sql, now);
  if (readText(sql, "epoch") === undefined) writeMeta(sql, "epoch", newEpoch(now, random));

  const checkpoints = new CheckpointReader(sql);
  const due = new DueTimes(sql);
  const states = new EndpointStateTable(sql);
  const listeners = new Set<() => void>();
  let appended = false;
  let depth = 0;
  let transactions = 0;

  function headOf(table: "events" | "alerts", counter: "event_seq" | "alert_seq"): LogHead {
    const newest = readNumber(sql, counter, 0);
    const oldest = sql.all<{ seq: number | null }>(`SELECT MIN(seq) AS seq FROM ${table}`)[0]?.seq;
    return { epoch: readText(sql, "epoch")!, oldest: oldest ?? newest + 1, newest };
  }

  return {
    sql,
    head: () => headOf("events", "event_seq"),
    alertsHead: () => headOf("alerts", "alert_seq"),
    eventsAfter(after, limit, maxBytes) {
      const last = lastThatFits(sql, "events", after, limit, maxBytes);
      return last === undefined ? [] : sql.all<Columns<StoredEvent>>(
        `SELECT seq, at, recorded_at AS recordedAt, body FROM events
          WHERE seq > ? AND seq <= ? ORDER BY seq`,
        after,
        last,
      );
    },
    alertsAfter: (after, limit, maxBytes, state) => alertsAfter(sql, after, limit, maxBytes, state),
    alertChanges: (id) => alertChanges(sql, id),
    alertCounts: () => alertCounts(sql),
    eventsByTime: (after, limit, maxBytes) => eventsByTime(sql, after, limit, maxBytes),
    placeBeforeLatest: (count) => placeBeforeLatest(sql, count),
    alert: (id) => alertById(sql, id),
    foldedMessage: (id) => foldedMessage(sql, id),
    foldsDueAt: () => foldsDueAt(sql),
    silences: (at) => silencesAt(sql, at),
    invalidEvents: (after, limit, maxBytes) => invalidEventsAfter(sql, after, limit, maxBytes),
    deliveries: (query) => deliveries(sql, query),
    countDeliveries: (query) => countDeliveries(sql, query),
    storedEndpoints: () => storedEndpoints(sql),
    changes: (before, limit) => changesBefore(sql, before, limit),
    alertStates: (after, limit) => alertStatesAfter(sql, after, limit),
    attempts: (message, latest) => attemptsOf(sql, message, latest),
    message: (id) => messageById(sql, id),
    checkpoint: (name) => checkpoints.read(name),
    counts: () => ({
      events: kept(headOf("events", "event_seq")),
      alerts: kept(headOf("alerts", "alert_seq")),
      invalid: sql.all<{ n: number }>(`SELECT COUNT(*) AS n FROM invalid_events`)[0]?.n ?? 0,
      windows: countWindows(sql),
      folds: countFolds(sql),
      messages: Object.fromEntries(
        sql.all<{ state: string; n: number }>(
          `SELECT state, COUNT(*) AS n FROM outbox GROUP BY state`,
        ).map(({ state, n }) => [state, n]),
      ),
      bytes: sql.bytes(),
    }),
    undelivered: () => undelivered(sql),
    endpointStates: () => states.all(),
    dueTimes: () => due.all(),
    backup: (at, from) => backupParts(sql, at, from),
    restoring: () => restoring(sql),
    transactions: () => transactions,
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
    correlate(used, evaluate) {
      const table = new CorrelationTable(sql);
      table.use(used);
      let outcome: CorrelationOutcome;
      try {
        outcome = evaluate(table);
      } catch (fault) {
        if (table.hasFailed) throw fault;
        return { results: [], tally: newTally(), fault };
      }
      const { results, tally } = outcome;
      table.write();
      return { results, tally: { ...tally, dropped: tally.dropped + table.dropped } };
    },
    changeAlert: (id, change) => changeAlert(sql, id, change),
    addSilence: (silence, at) => addSilence(sql, silence, at),
    removeSilence: (id) => removeSilence(sql, id),
    saveEndpoint: (endpoint) => saveEndpoint(sql, endpoint),
    removeEndpoint: (name) => removeEndpoint(sql, name),
    addChange: (change) => addChange(sql, change),
    countHeldBack: (id, messages, at) => countHeldBack(sql, id, messages, at),
    newAlerts: (alerts) => newAlerts(sql, alerts),
    foldAlerts(entries, at, options) {
      due.forget(); // windows that have ended are told
      return foldAlerts(sql, entries, at, options);
    },
    closeFolds(at, options) {
      due.forget();
      closeFolds(sql, at, options);
    },
    addAlerts(alerts, at) {
      const added = addAlerts(sql, alerts, at);
      if (added.length > 0) appended = true;
      return added;
    },
    queue(messages, at) {
      for (const { endpoint } of messages) due.changed(endpoint);
      return queueMessages(sql, messages, at);
    },
    saveCheckpoint: (name, value) => saveCheckpoint(sql, name, value),
    dueMessages: (endpoint, at, limit, order) => dueMessages(sql, endpoint, at, limit, order),
    releaseMessages(endpoint, at) {
      due.changed(endpoint);
      releaseMessages(sql, endpoint, at);
    },
    giveUpMessages(endpoint, before, at) {
      due.changed(endpoint);
      giveUpMessages(sql, endpoint, before, at);
    },
    saveEndpointState: (state) => states.save(state),
    removeEndpointState: (name) => states.remove(name),
    saveMessage(before, after, at) {
      due.changed(before.endpoint);
      return saveMessage(sql, before, after, at);
    },
    noteAttempt: (message, attempt) => noteAttempt(sql, message, attempt),
    followClock(at) {
      const backBy = clockSetBackBy(sql, at);
      if (backBy === 0) return; // nearly always
      this.transaction(() => {
        followClock(sql, at, backBy);
        shiftWindows(sql, at, backBy);
        states.shift(at, backBy);
        due.forget();
      });
    },
    savePassPage: (page) => savePassPage(sql, page),
    readPass: (pass) => readPass(sql, pass),
    dropPasses: (passes) => dropPasses(sql, passes),
    retain: (options) => retain(sql, options),
    restore(part, options) {
      due.forget();
      appended = true;
      return restorePart(sql, part, { ...options, random });
    },
    abandonRestore(at) {
      due.forget();
      return abandonRestore(sql, { now: at, random });
    },
    raiseEpoch: (at) => writeMeta(sql, "epoch", newEpoch(at, random)),
    transaction(body) {
      depth++;
      try {
        return sql.transaction(body);
      } catch (error) {
        if (depth === 1) appended = false;
        due.forget();
        states.forget();
        throw error;
      } finally {
        depth--;
        transactions++;
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

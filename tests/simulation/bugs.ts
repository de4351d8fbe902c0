import type { Sql, SqlRow, SqlValue } from "../../src/store/sql.ts";
import type { Log } from "../../src/store/log.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { eventKey } from "../support/event_key.ts";
import type { Shell } from "../support/shell_name.ts";
import type { FaultKind } from "./fault_kinds.ts";
import type { Plan } from "./plan.ts";

/**
 * A deliberate bug, to see whether the checker notices: what it does to the parts of the program.
 */
export interface Bug {
  /** What it does. */
  readonly about: string;
  /** Kinds of fault without which it cannot show: seeds without them are not run to look for it. */
  readonly needs?: readonly FaultKind[];
  /** The seed to look for it from: a little before one that shows it, so that it is found soon. */
  readonly from?: number;
  /** The shell that it is a bug of; default any. */
  readonly shell?: Shell;
  sql?(sql: Sql): Sql;
  log?(log: Log): Log;
  ports?(ports: WatchPorts): WatchPorts;
  /** The log is restored without a new epoch. */
  readonly keepsEpoch?: boolean;
  /** Feeds do not wait for the disk. */
  readonly showsEarly?: boolean;
  /** Webhooks do not wait for the disk. */
  readonly sendsEarly?: boolean;
}

/**
 * Defers statements about some table until after the transaction: a crash in between loses them.
 */
function deferring(pattern: RegExp) {
  return (sql: Sql): Sql => {
    let depth = 0;
    let waiting: (() => unknown)[] = [];
    const defer = (text: string, statement: () => number) => {
      if (depth === 0 || !pattern.test(text)) return statement();
      waiting.push(statement);
      return 0;
    };
    return {
      all<Row extends SqlRow>(text: string, ...values: SqlValue[]) {
        if (depth === 0 || !pattern.test(text)) return sql.all<Row>(text, ...values);
        waiting.push(() => sql.all(text, ...values));
        return [];
      },
      run: (text, ...values) => defer(text, () => sql.run(text, ...values)),
      bytes: () => sql.bytes(),
      transaction(body) {
        depth++;
        try {
          const result = sql.transaction(body);
          if (depth === 1) {
            depth = 0;
            const statements = waiting;
            waiting = [];
            for (const statement of statements) statement();
            depth = 1;
          }
          return result;
        } catch (error) {
          waiting = [];
          throw error;
        } finally {
          depth--;
        }
      },
    };
  };
}

function every(n: number): () => boolean {
  let count = 0;
  return () => ++count % n === 0;
}

/** The bugs, by name. */
export const BUGS: Readonly<Record<string, Bug>> = {
  "drop-twin": {
    about: "Equal events on one page count as one",
    log: (log) => ({
      ...log,
      record(events, options) {
        const keys = new Set<string>();
        return log.record(
          events.filter((event) => {
            const key = eventKey(event);
            return !keys.has(key) && keys.add(key) !== undefined;
          }),
          options,
        );
      },
    }),
  },
  "push-twins": {
    about: "A pushed event that is in the log already is recorded as a twin",
    needs: ["push"],
    log: (log) => ({
      ...log,
      record: (events, { onlyFirst: _, ...options }) => log.record(events, options),
    }),
  },
  "push-in-other-form": {
    about: "The date of a pushed event keeps its fraction of a second",
    needs: ["push"],
    log: (log) => ({
      ...log,
      record: (events, options) =>
        log.record(
          options.onlyFirst !== true ? events : events.map((event) => ({
            ...event,
            ...(event.date !== undefined && { date: event.date.replace("Z", ".25Z") }),
          })),
          options,
        ),
    }),
  },
  "take-before-written": {
    about: "A push is answered before it is written, which then fails now and then",
    from: 6,
    needs: ["push"],
    log: (log) => {
      const isDue = every(5);
      return {
        ...log,
        record: (events, options) =>
          log.record(options.onlyFirst === true && isDue() ? [] : events, options),
      };
    },
  },
  "trust-pages": {
    about: "An event that another page has shown already is recorded at once as a twin",
    needs: ["inclusive"],
    log: (log) => ({
      ...log,
      record: (events, { now, taken = new Set() }) => log.record(events, { now, taken }),
    }),
  },
  "blind-clock": {
    about: "The dates of the API's answers are not looked at",
    from: 39,
    needs: ["clock", "dated"],
    ports: (ports) => ({
      ...ports,
      async readPage(url, signal) {
        const { apiTime: _, ...page } = await ports.readPage(url, signal);
        return page;
      },
    }),
  },
  "checkpoint-early": {
    about: "The checkpoint moves before the events of the page are written",
    from: 7,
    needs: ["crash-sql"],
    sql: deferring(/INSERT (?:OR FAIL )?INTO events/),
  },
  "lose-outbox": {
    about: "Messages are queued after the transaction that records their alerts",
    from: 18,
    needs: ["crash-sql"],
    sql: deferring(/INSERT INTO outbox/),
  },
  "lose-folded-count": {
    about: "Repeats are counted after the transaction that records their alerts",
    from: 32,
    needs: ["crash-sql"],
    sql: deferring(/INSERT OR REPLACE INTO fold_windows/),
  },
  "forget-silence": {
    about: "Silences hold nothing back",
    log: (log) => ({ ...log, silences: () => [] }),
  },
  "double-alert": {
    about: "Now and then an alert is raised twice, with another id",
    log: (log) => {
      const isDue = every(10);
      return {
        ...log,
        addAlerts: (alerts, now) =>
          log.addAlerts(
            alerts.flatMap((one) =>
              isDue() ? [one, { ...one, alert: { ...one.alert, id: `${one.alert.id}2` } }] : [one]
            ),
            now,
          ),
      };
    },
  },
  "forget-late-match": {
    about: "Correlations are told only of events that are newer than those before",
    ports: (ports) => {
      const { correlator } = ports;
      if (correlator === undefined) return ports;
      const collect = correlator.collect.bind(correlator);
      let newest = -Infinity;
      correlator.collect = (occurrence, matches, inputs) => {
        if (occurrence.time < newest) return;
        newest = occurrence.time;
        collect(occurrence, matches, inputs);
      };
      return ports;
    },
  },
  "double-window": {
    about: "Now and then a window counts for the next slot of time as well",
    ports: (ports) => {
      const { correlator } = ports;
      if (correlator === undefined) return ports;
      const correlate = correlator.correlate.bind(correlator);
      const isDue = every(5);
      correlator.correlate = (...given) => {
        const { results, tally } = correlate(...given);
        const doubled = results.flatMap((result) => {
          if (result.kind !== "window" || !isDue()) return [result];
          const { document } = result;
          const span = document.kind === "correlation" ? document.timespan.seconds * 1_000 : 0;
          const slot = result.slot + span;
          const id = JSON.stringify([...JSON.parse(result.id).slice(0, -1), slot]);
          return [result, { ...result, id, slot }];
        });
        return { results: doubled, tally };
      };
      return ports;
    },
  },
  "forget-state": {
    about: "What correlations remember does not survive the process",
    log: (log) => {
      let isFirst = true;
      return {
        ...log,
        correlate(used, evaluate) {
          if (isFirst) {
            log.sql.run("DELETE FROM correlation_groups");
            log.sql.run("DELETE FROM correlations");
          }
          isFirst = false;
          return log.correlate(used, evaluate);
        },
      };
    },
  },
  "miss-silence": {
    about: "Nobody notices when nothing happens",
    ports: (ports) => {
      const { correlator } = ports;
      if (correlator === undefined) return ports;
      const correlate = correlator.correlate.bind(correlator);
      correlator.correlate = (...given) => {
        const { results, tally } = correlate(...given);
        return { results: results.filter(({ kind }) => kind !== "absence"), tally };
      };
      return ports;
    },
  },
  "page-about-past": {
    about: "Alerts about the past go to every endpoint",
    from: 6,
    ports: (ports) => ({
      ...ports,
      endpoints: ports.endpoints.map((endpoint) => ({ ...endpoint, backfilled: true })),
    }),
  },
  "forget-past": {
    about: "Nothing counts as past",
    from: 6,
    log: (log) => ({
      ...log,
      addAlerts: (alerts, now) =>
        log.addAlerts(
          alerts.map((one) => ({ ...one, alert: { ...one.alert, backfilled: false } })),
          now,
        ),
    }),
  },
  "swallow-news": {
    about: "Late arrivals count as past, however recent",
    needs: ["late"],
    log: (log) => ({
      ...log,
      addAlerts: (alerts, now) =>
        log.addAlerts(
          alerts.map((one) =>
            one.at === null || now - one.at < 3_600_000
              ? one
              : { ...one, alert: { ...one.alert, backfilled: true } }
          ),
          now,
        ),
    }),
  },
  "skip-late": {
    about: "The sweeps look back no further than live passes do",
    from: 7,
    needs: ["late"],
    ports: (ports) => ({
      ...ports,
      firstPage: (from, to) => ports.firstPage(Math.max(from, ports.clock.now() - 1_800_000), to),
    }),
  },
  "skip-gap": {
    about: "Clients are not told about removed events",
    from: 11,
    needs: ["retention"],
    log: (log) => ({
      ...log,
      head: () => ({ ...log.head(), oldest: 1 }),
      alertsHead: () => ({ ...log.alertsHead(), oldest: 1 }),
    }),
  },
  "keep-epoch": {
    about: "The log is restored from a copy, and continues in the same epoch",
    from: 17,
    needs: ["restore"],
    keepsEpoch: true,
  },
  "show-before-on-disk": {
    about: "Readers see entries before these are on disk",
    from: 23,
    needs: ["crash-power"],
    shell: "server",
    showsEarly: true,
  },
  "send-before-on-disk": {
    about: "Webhooks leave before their alerts are on disk",
    from: 26,
    needs: ["crash-power"],
    shell: "server",
    sendsEarly: true,
  },
  "trust-anybody": {
    about: "A message counts as delivered whatever the endpoint answers",
    needs: ["endpoints"],
    ports: (ports) => ({
      ...ports,
      attempt: async (message, endpoint, signal) => ({
        ...await ports.attempt(message, endpoint, signal),
        kind: "ok",
      }),
    }),
  },
  "forget-paused": {
    about: "An endpoint that is paused is never probed",
    needs: ["endpoints"],
    log: (log) => ({
      ...log,
      endpointStates: () =>
        new Map(
          [...log.endpointStates()].map(([name, one]) => [
            name,
            one.state === "paused" ? { ...one, holdUntil: 8e15 } : one,
          ]),
        ),
    }),
  },
  "throttle-burns-attempts": {
    about: "An endpoint that asks for time costs the message an attempt",
    from: 18,
    needs: ["endpoints"],
    ports: (ports) => ({
      ...ports,
      attempt: async (message, endpoint, signal) => {
        const outcome = await ports.attempt(message, endpoint, signal);
        return outcome.kind === "throttle" ? { ...outcome, kind: "retry" } : outcome;
      },
    }),
  },
  "new-id-each-time": {
    about: "Every attempt has its own webhook-id",
    ports: (ports) => {
      let count = 0;
      return {
        ...ports,
        attempt: ({ webhookId, request }, endpoint, signal) =>
          ports.attempt({ webhookId: `${webhookId}-${count++}`, request }, endpoint, signal),
      };
    },
  },
  "stop-at-empty-page": {
    about: "A page without events ends the pass",
    needs: ["empty-pages"],
    ports: (ports) => ({
      ...ports,
      async readPage(url, signal) {
        const page = await ports.readPage(url, signal);
        return page.events.length === 0 ? { ...page, next: undefined } : page;
      },
    }),
  },
  "forget-leased": {
    about: "A message counts as delivered if the process dies during the attempt",
    needs: ["crash-port"],
    log: (log) => ({
      ...log,
      dueMessages: (endpoint, now, limit) =>
        log.dueMessages(endpoint, now, limit).filter((message) => {
          if (message.state !== "leased") return true;
          const ended = { ...message, state: "delivered", dueAt: null, token: null } as const;
          log.saveMessage(message, ended, now);
          return false;
        }),
    }),
  },
  "skip-invalid": {
    about: "Items that are not valid events are dropped instead of kept",
    needs: ["invalid"],
    log: (log) => ({ ...log, keepInvalid: () => [] }),
  },
  "hide-invalid": {
    about: "Rules do not see items that are not valid events",
    needs: ["invalid"],
    ports: (ports) => ({
      ...ports,
      match: (event) => event.date === "20" ? [] : ports.match(event),
    }),
  },
  "hide-oversized": {
    about: "Rules do not see events that are too large for a row",
    from: 19,
    needs: ["poison"],
    ports: (ports) => ({
      ...ports,
      match: (event) => String(event.user).length > 1_500_000 ? [] : ports.match(event),
    }),
  },
  "forget-on-append": {
    about: "Clients miss the first message after each read",
    log: (log) => {
      const skipped = (after: number) => after > 0 && after % 7 === 0 ? after + 1 : after;
      return {
        ...log,
        // Not what correlations read, one event at a time.
        eventsAfter: (after, limit, ...more) =>
          log.eventsAfter(limit === 1 ? after : skipped(after), limit, ...more),
        alertsAfter: (after, ...more) => log.alertsAfter(skipped(after), ...more),
      };
    },
  },
};

/** Whether a bug could show in a run. */
export function canShow({ needs = [], keepsEpoch }: Bug, { kinds, onDisk }: Plan): boolean {
  return needs.every((kind) => kinds.has(kind)) && (keepsEpoch !== true || onDisk);
}

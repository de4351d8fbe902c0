/// <reference path="./cloudflare.d.ts" />
import type { DurableObjectStorage } from "cloudflare:workers";
import { nextState } from "../delivery/next_state.ts";
import { createLogApp } from "../http/create_log_app.ts";
import { LogFeed } from "../http/log_feed.ts";
import { openLog } from "../store/open_log.ts";
import type { Clock } from "../stream/clock.ts";
import { Collector } from "../watch/collector.ts";
import { watchOptions } from "../watch/watch_options.ts";
import type { Config } from "./config.ts";
import { durableObjectSql } from "./durable_object_sql.ts";
import { report } from "./report.ts";
import { watchPorts } from "./watch_ports.ts";

/** What the log of a source is opened with. */
export interface EventLogOptions {
  storage: DurableObjectStorage;
  config: Config;
  clock: Clock;
  random: () => number;
  /** Makes the next tick come at once. */
  wake: () => Promise<void>;
}

/** The log of a source at work. */
export interface EventLog {
  /** Its routes. */
  app: ReturnType<typeof createLogApp>;
  /** Does what is due, and says when the next thing will be, in milliseconds since the Unix epoch. */
  tick(): Promise<number>;
}

export function openEventLog({ storage, config, clock, random, wake }: EventLogOptions): EventLog {
  const log = openLog(durableObjectSql(storage), { now: clock.now(), random });
  const feed = (entry: "event" | "alert") =>
    new LogFeed({
      log,
      entry,
      // The runtime holds answers back until what was written before them is on disk, but not the
      // chunks of an answer that is under way.
      durable: () => storage.sync(),
      report: (error) => report("The log could not be made durable", error),
    });
  const events = feed("event");
  const alerts = feed("alert");
  const app = createLogApp({
    log: {
      events,
      alerts,
      deliveries: (query) => log.deliveries(query),
      attempts: (message) => log.attempts(message),
      message: (id) => log.message(id),
      invalidEvents: (after, limit) => log.invalidEvents(after, limit),
      status: () => ({ log: log.counts(), subscribers: events.followers + alerts.followers }),
      rules: () => [],
      redeliver(id) {
        const now = clock.now();
        const saved = log.transaction(() => {
          const before = log.message(id);
          const after = before && nextState(before, { type: "redeliver", now });
          return before !== undefined && after !== undefined && log.saveMessage(before, after, now);
        });
        if (saved) void wake();
        return saved;
      },
    },
    clock,
    random,
    report: (error) => report("A request failed", error),
  });
  const collector = new Collector(
    watchPorts({ log, config, clock, random }),
    watchOptions({
      pollMs: config.pollIntervalMs,
      overlapMs: config.overlapMs,
      backfillMs: config.backfillMs,
      maxAgeMs: config.retentionMs,
      maxBytes: config.retentionBytes,
    }),
  );
  return {
    app,
    async tick() {
      const until = clock.now() + 20_000;
      let next = clock.now();
      while (next <= clock.now() && clock.now() < until) next = await collector.step();
      return next;
    },
  };
}

import * as v from "valibot";
import { assertEquals } from "@std/assert";
import { type NodeSql, nodeSql } from "../../src/server/node_sql.ts";
import { type Endpoint, type EndpointConfig, EndpointSchema } from "../../src/delivery/endpoint.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { Sql } from "../../src/store/sql.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { Watch } from "../../src/watch/watch.ts";
import { type WatchOptions, watchOptions } from "../../src/watch/watch_options.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { FakeApi } from "./fake_api.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** When the tests begin: a whole minute. */
export const START = Date.UTC(2026, 10, 22, 10, 0, 0);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** The whole watch with a fake API, a manual clock and a log in memory. */
export class Bench implements Disposable {
  readonly sql: NodeSql;
  readonly clock = new ManualClock(START);
  readonly api = new FakeApi(this.clock.now);
  readonly ports: WatchPorts;
  readonly options: WatchOptions;
  watch: Watch;

  constructor(
    options: Partial<WatchOptions> = {},
    ports: Partial<WatchPorts> = {},
    sql: NodeSql = nodeSql(":memory:"),
  ) {
    this.sql = sql;
    this.options = watchOptions({ backfillMs: 0, suppressesByDefault: false, ...options });
    const random = () => 0.5;
    this.ports = {
      clock: this.clock,
      random,
      log: openLog(this.sql as Sql, { now: START, random }),
      firstPage: this.api.firstPage,
      readPage: this.api.readPage,
      match: () => [],
      endpoints: [],
      attempt: () => Promise.resolve({ kind: "ok", code: "answered", at: 0, durationMs: 1 }),
      ...ports,
    };
    this.watch = new Watch(this.ports, this.options);
  }

  get log() {
    return this.ports.log;
  }

  get state() {
    return this.watch.collector.state();
  }

  /** Drops everything that is only in memory. */
  restart(): void {
    this.watch = new Watch(this.ports, this.options);
  }

  /** Lets time pass, with the ticks of the whole watch, as the Worker does. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      const next = Math.max(await this.watch.tick(), this.clock.now() + 50);
      if (next > end) return this.clock.set(end);
      this.clock.set(next);
    }
  }

  /** Lets time pass, with the collector alone: everything that is due on the way is read. */
  async run(ms: number, maxSteps = 10_000): Promise<void> {
    const end = this.clock.now() + ms;
    for (let step = 0; step < maxSteps; step++) {
      const next = await this.watch.collector.step();
      if (next > end) return this.clock.set(end);
      if (next > this.clock.now()) this.clock.set(next);
    }
    throw new Error(`Cannot run for ${ms} ms: ${maxSteps} steps were not enough`);
  }

  /** Does everything that is due now. */
  settle(): Promise<void> {
    return this.run(0);
  }

  /** The events in the log, as they were sent. */
  recorded(): UserEvent<Record<string, unknown>>[] {
    return this.log.eventsAfter(0, 1e6).map(({ body }) => JSON.parse(body));
  }

  /** Asserts that every event that the API shows is in the log equally often. */
  assertComplete(): void {
    const left = new Map<string, number>();
    for (const { event, visibleAt } of this.api.published) {
      if (visibleAt > this.clock.now()) continue;
      const text = JSON.stringify(event);
      left.set(text, (left.get(text) ?? 0) + 1);
    }
    for (const event of this.recorded()) {
      const text = JSON.stringify(event);
      left.set(text, (left.get(text) ?? 0) - 1);
    }
    const wrong = [...left].filter(([, count]) => count !== 0);
    assertEquals(wrong.slice(0, 5), [], `${wrong.length} events are missing (1) or too many (-1)`);
  }

  [Symbol.dispose](): void {
    this.sql.close();
  }
}

/** An event at a time after the start. */
export function eventAt(ms: number, user = "a"): UserEvent {
  return {
    aid: "12",
    date: new Date(START + ms).toISOString().replace(".000Z", "Z"),
    event: "Login failed.",
    user,
  };
}

/** A webhook endpoint. */
export function endpointOf(
  name: string,
  more: Partial<Endpoint> = {},
  config: Partial<EndpointConfig> = {},
): Endpoint {
  const whole = {
    name,
    url: `https://${name}.example.com/hook`,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    minLevel: "informational",
    retryScheduleMs: [0, 5_000, 300_000],
    ...config,
  };
  return { ...v.parse(EndpointSchema, whole), ...more };
}

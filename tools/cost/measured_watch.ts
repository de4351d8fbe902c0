/// <reference path="../../src/worker/cloudflare.d.ts" />
// The whole watch with the shipped rules in a Durable Object of real workerd, in virtual time. The
// far ends are in memory; the rows are those that workerd's storage counts.
import { DurableObject, type DurableObjectNamespace } from "cloudflare:workers";
import * as v from "valibot";
import type { SealedBundle } from "../../src/alert/rule_bundle.ts";
import { EndpointSchema } from "../../src/delivery/endpoint.ts";
import { ordinaryActivity } from "../../src/emulator/activity.ts";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };
import { RulesInForce } from "../../src/service/rules_in_force.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import type { Page } from "../../src/thousandeyes/page/page.ts";
import { Watch } from "../../src/watch/watch.ts";
import { watchOptions } from "../../src/watch/watch_options.ts";
import { durableObjectSql } from "../../src/worker/durable_object_sql.ts";
import { ASSUMED } from "./assumed.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 8);
/** Until the overlap of a poll is full of events. */
const WARM_UP_MINUTES = 20;
/** Then minutes are measured without a sweep; the first sweep comes after an hour. */
const MEASURED_MINUTES = 35;
const ALL_MINUTES = 75;

/** Rows read and written. */
export interface Rows {
  read: number;
  written: number;
}

/** What was measured at one rate. */
export interface Measured {
  /** A minute of polling, without streams. */
  readonly minute: Rows & {
    readonly alarms: number;
    readonly requests: number;
    readonly messages: number;
    readonly alerts: number;
    readonly activeMs: number;
  };
  /** A minute of following the events, whatever the number of readers. */
  readonly followed: Rows;
  /** One event that a sweep reads again. */
  readonly swept: Rows;
  /** One event that retention removes. */
  readonly removed: Rows;
  /** The size of the database for one event, and of one event from the API, in bytes. */
  readonly bytes: { readonly stored: number; readonly sent: number };
}

export class CostObject extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    const rate = Number(new URL(request.url).searchParams.get("rate"));
    return Response.json(await this.#measure(rate));
  }

  async #measure(rate: number): Promise<Measured> {
    const meter = new Meter();
    const { sql } = this.ctx.storage;
    const storage = {
      sql: {
        exec: (...args: Parameters<typeof sql.exec>) => meter.note(sql.exec(...args)),
        get databaseSize() {
          return sql.databaseSize;
        },
      },
      transactionSync: <T>(body: () => T) => this.ctx.storage.transactionSync(body),
    } as unknown as typeof this.ctx.storage;
    let now = START;
    const clock = {
      now: () => now,
      wait: (_: number, signal?: AbortSignal) =>
        new Promise<void>((_, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
        ),
    };
    const random = seededRandom(7);
    const log = openLog(durableObjectSql(storage), { now, random });
    const rules = await RulesInForce.open({
      log,
      bundled: bundle as unknown as SealedBundle,
      scope: {},
      clock,
      report: () => {},
      durable: () => Promise.resolve(),
    });
    const api = new Api(rate, random);
    let messages = 0;
    const options = watchOptions({ backfillMs: 0 });
    const { matcher } = rules;
    const watch = new Watch({
      clock,
      random,
      log,
      endpoints: [v.parse(EndpointSchema, {
        name: "siem",
        url: "https://siem.example.com/",
        secret: `whsec_${btoa("x".repeat(32))}`,
      })],
      firstPage: (from, to) => new URL(`https://api.example.com/?from=${from}&to=${to}`),
      readPage(url) {
        now += ASSUMED.answerMs;
        const isSweep = Number(url.searchParams.get("from")) < now - options.overlapMs - 5 * MINUTE;
        meter.turn(isSweep ? "swept" : "minute");
        const page = api.page(url, now);
        meter.events[isSweep ? "swept" : "minute"] += page.events.length;
        return Promise.resolve(page);
      },
      match: (event) => matcher.match(event),
      correlator: matcher.correlator,
      attempt() {
        messages++;
        now += ASSUMED.answerMs;
        return Promise.resolve({
          kind: "ok",
          code: "answered",
          at: now,
          durationMs: ASSUMED.answerMs,
        });
      },
    }, options);

    const counts = { alarms: 0, requests: 0, messages: 0, alerts: 0, activeMs: 0 };
    let followedTo = 0;
    let minute: Rows = { read: 0, written: 0 };
    let followed: Rows = { read: 0, written: 0 };
    const from = START + WARM_UP_MINUTES * MINUTE;
    const to = from + MEASURED_MINUTES * MINUTE;
    let emptyBytes = sql.databaseSize;
    while (now < START + ALL_MINUTES * MINUTE) {
      const began = now;
      const isMeasured = began >= from && began < to;
      if (began < from) emptyBytes = Math.min(emptyBytes, sql.databaseSize);
      const before = { requests: api.requests, messages, alerts: log.alertsHead().newest };
      meter.flush();
      const rowsBefore = { ...meter.rows.minute };
      meter.turn("minute");
      const next = await watch.tick();
      meter.flush();
      if (isMeasured) {
        minute = sum(minute, meter.rows.minute, rowsBefore);
        minute.written += 1; // setAlarm()
        counts.alarms++;
        counts.requests += api.requests - before.requests;
        counts.messages += messages - before.messages;
        counts.alerts += log.alertsHead().newest - before.alerts;
        counts.activeMs += now - began;
      }
      meter.turn("followed");
      const followedBefore = { ...meter.rows.followed };
      for (;;) {
        log.head();
        const read = log.eventsAfter(followedTo, 500, 256 * 1024);
        followedTo = read.at(-1)?.seq ?? followedTo;
        if (read.length === 0) break;
      }
      meter.flush();
      if (isMeasured) followed = sum(followed, meter.rows.followed, followedBefore);
      meter.turn("minute");
      now = Math.max(next, now + 50);
    }
    const events = log.counts().events;
    const stored = (sql.databaseSize - emptyBytes) / Math.max(events, 1);
    meter.turn("removed");
    const limits = { now: now + 1, maxAgeMs: 0, maxBytes: 1e12, step: 500 };
    while (log.transaction(() => log.retain(limits)).more);
    meter.flush();
    return {
      minute: { ...per(minute, MEASURED_MINUTES), ...perMinute(counts) },
      followed: per(followed, MEASURED_MINUTES),
      swept: per(meter.rows.swept, Math.max(meter.events.swept, 1)),
      removed: per(meter.rows.removed, Math.max(events, 1)),
      bytes: { stored, sent: api.bytesOfEvent() },
    };
  }
}

type Part = "minute" | "followed" | "swept" | "removed";
type Cursor = { readonly rowsRead: number; readonly rowsWritten: number };

/** Adds up what workerd counts. */
class Meter {
  readonly rows: Record<Part, Rows> = {
    minute: { read: 0, written: 0 },
    followed: { read: 0, written: 0 },
    swept: { read: 0, written: 0 },
    removed: { read: 0, written: 0 },
  };
  readonly events = { minute: 0, swept: 0 };
  #part: Part = "minute";
  #cursors: Cursor[] = [];

  /** Notes a statement, whose counts are complete when its rows have been read. */
  note<T extends Cursor>(cursor: T): T {
    if (this.#cursors.length > 10_000) this.#add(1);
    this.#cursors.push(cursor);
    return cursor;
  }

  /** Counts for another part from now on. */
  turn(part: Part): void {
    this.flush();
    this.#part = part;
  }

  /** Adds up the statements so far. */
  flush(): void {
    this.#add(0);
  }

  #add(left: number): void {
    const rows = this.rows[this.#part];
    const done = this.#cursors.splice(0, this.#cursors.length - left);
    for (const { rowsRead, rowsWritten } of done) {
      rows.read += rowsRead;
      rows.written += rowsWritten;
    }
  }
}

/** The API in memory: newest first. */
class Api {
  requests = 0;
  readonly #rate: number;
  readonly #random: () => number;
  readonly #organisation;
  readonly #events: UserEvent[] = [];

  constructor(rate: number, random: () => number) {
    this.#rate = rate;
    this.#random = random;
    this.#organisation = makeOrganisation(random, 200);
  }

  page(url: URL, now: number): Page {
    this.requests++;
    this.#publish(now);
    const first = this.#placeOf(Number(url.searchParams.get("from")));
    const end = this.#placeOf(Number(url.searchParams.get("to")) + 1_000);
    const last = Number(url.searchParams.get("before") ?? end);
    const start = Math.max(first, last - ASSUMED.pageSize);
    const next = start > first ? new URL(url) : undefined;
    next?.searchParams.set("before", String(start));
    const events = this.#events.slice(start, last).reverse();
    return { events, invalid: [], next, apiTime: now, bytes: 1_000 };
  }

  bytesOfEvent(): number {
    const some = this.#events.slice(0, 1_000);
    return JSON.stringify(some).length / some.length;
  }

  #publish(now: number): void {
    const stepMs = MINUTE / this.#rate;
    for (let at = START + this.#events.length * stepMs; at <= now; at += stepMs) {
      const { date: _, ...event } = ordinaryActivity(this.#organisation, this.#random) as UserEvent;
      this.#events.push({ ...event, date: new Date(Math.floor(at / 1_000) * 1_000).toISOString() });
    }
  }

  /** The first event from a time on; dates are whole seconds. */
  #placeOf(time: number): number {
    const from = Math.floor(time / 1_000) * 1_000;
    const place = Math.ceil((from - START) * this.#rate / MINUTE);
    return Math.min(Math.max(place, 0), this.#events.length);
  }
}

function sum(total: Rows, after: Rows, before: Rows): Rows {
  return {
    read: total.read + after.read - before.read,
    written: total.written + after.written - before.written,
  };
}

function per({ read, written }: Rows, count: number): Rows {
  return { read: read / count, written: written / count };
}

function perMinute<Counts extends Record<string, number>>(counts: Counts): Counts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, count / MEASURED_MINUTES]),
  ) as Counts;
}

export default {
  fetch(request: Request, env: { COST: DurableObjectNamespace }): Response | Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (pathname !== "/measure") return new Response("ok");
    return env.COST.getByName(search).fetch(request);
  },
};

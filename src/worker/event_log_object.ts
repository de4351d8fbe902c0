/// <reference path="./cloudflare.d.ts" />
import {
  type AlarmInfo,
  DurableObject,
  type DurableObjectNamespace,
  type DurableObjectState,
} from "cloudflare:workers";
import type { SealedBundle } from "../alert/rule_bundle.ts";
import type { FailureReport } from "../http/access/failed_authentications.ts";
import { problem } from "../http/answer/problem.ts";
import { composeService, type Service } from "../service/compose_service.ts";
import { readConfig } from "../service/config.ts";
import { holdsNothing } from "../service/noted_log.ts";
import { report } from "../service/report.ts";
import bundle from "../service/rules.json" with { type: "json" };
import type { Network } from "../service/watch_ports.ts";
import { systemClock } from "../stream/clock.ts";
import { durableObjectSql } from "./durable_object_sql.ts";
import { DIRECTORY, type LogDirectoryMethods } from "./log_directory.ts";

/** What the Worker calls on the object besides `fetch()`. */
export interface EventLogMethods {
  /**
   * Sets the alarm again if it is lost or wrong, and returns what it found. After a deployment, an
   * object may keep its settings for minutes: so it learns the SHA-256 of each token that may read
   * it now, and ends the streams of all others.
   */
  watchdog(
    tokens?: readonly string[],
  ): Promise<"ticking" | "set" | "new" | "lost" | "overdue" | "ahead">;
  /** Learns of failed authentications that a gateway has met. */
  noteFailures(report: FailureReport): Promise<void>;
}

/** What the runtime passes in: the binding, and the settings that `readConfig()` reads. */
export interface Env extends Record<string, unknown> {
  /** The namespace of the logs. */
  EVENT_LOG: DurableObjectNamespace<EventLogMethods>;
  /** The namespace of the one directory of them. */
  LOG_DIRECTORY: DurableObjectNamespace<LogDirectoryMethods>;
}

/** Reading and recording a page takes five to eight times its bytes, and an object has 128 MB. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** The runtime's `fetch` must not be called as a method of another object. */
const network: Network = { fetch: (url, init) => fetch(url, init) };

/** An alarm this far in the past is lost: the platform starts alarms within seconds. */
const OVERDUE_MS = 60_000;
/** Ticks are closer together than this: an alarm further ahead was set by a clock that was ahead. */
const AHEAD_MS = 900_000;
/** A log that is not fed ticks at least once a day. */
const UNFED_AHEAD_MS = 90_000_000;
/** How often the log that is fed looks at the directory: while others owe messages, or not. */
const EXCHANGE_MS = { busy: 10_000, quiet: 3_600_000 };
/** A log that owes messages and has said nothing for so long is woken. */
const SILENT_MS = 3_600_000;
/** The platform gives up an alarm after six failures in a row; from here on it is set again. */
const LAST_RETRY = 5;
const AFTER_FAILURES_MS = 60_000;
/** A shorter pause between two ticks would leave the object no time for requests. */
const MIN_PAUSE_MS = 50;

/**
 * The log of one source, in a Durable Object. Its alarm is its clock: each one collects, records,
 * matches and delivers what is due, and sets the next. It only wakes; all work is in the database.
 */
export class EventLogObject extends DurableObject<Env> implements EventLogMethods {
  #service: Service | undefined;
  #ticking = false;
  #nextExchangeAt = 0;

  /** Opens the log and ensures that the alarm is set. */
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { config } = readConfig(env);
    if (config === undefined) return;
    ctx.blockConcurrencyWhile(async () => {
      const service = await composeService({
        sql: durableObjectSql(ctx.storage),
        durable: () => ctx.storage.sync(),
        network,
        maxPageBytes: MAX_PAGE_BYTES,
        plan: config.plan,
        config,
        name: ctx.id.name,
        bundle: bundle as unknown as SealedBundle, // the build has parsed and checked it
        clock: systemClock,
        random: Math.random,
        wake: () => ctx.storage.setAlarm(Date.now()),
      });
      this.#service = service;
      // An alarm that fired is gone: if its object died during the tick, none would follow. And new
      // settings may have something to do long before the alarm that the old ones have set.
      const at = await ctx.storage.getAlarm();
      const workAt = nextWorkAt(service);
      if (at === null || at > workAt) {
        await ctx.storage.setAlarm(at === null ? Date.now() : Math.max(workAt, Date.now()));
      }
    });
  }

  /** Answers a request that the Worker has authorized. */
  override fetch(request: Request): Response | Promise<Response> {
    return this.#service?.app.fetch(request) ?? problem("unavailable");
  }

  /** One tick. It never throws by itself, since the platform drops an alarm after six failures. */
  override async alarm(info?: AlarmInfo): Promise<void> {
    if (this.#service === undefined) return;
    if ((info?.retryCount ?? 0) >= LAST_RETRY) {
      return await this.ctx.storage.setAlarm(Date.now() + AFTER_FAILURES_MS);
    }
    let next = Date.now() + AFTER_FAILURES_MS;
    this.#ticking = true;
    try {
      next = await this.#service.tick();
    } catch (error) {
      report("A tick failed", error);
    } finally {
      this.#ticking = false;
    }
    await this.#exchange(this.#service).catch((error) =>
      report("The directory of the logs could not be reached", error)
    );
    if (!this.#service.isFed && this.#service.isIdle()) return; // nothing is left to deliver or to remove
    // At the very end: setting an alarm cancels the platform's own retries of the current one.
    const wanted = this.#service.isFed ? Math.min(next, this.#nextExchangeAt) : next;
    await this.ctx.storage.setAlarm(Math.max(wanted, Date.now() + MIN_PAUSE_MS));
  }

  /** Tells the directory what this log holds, and learns about the others. */
  async #exchange(service: Service): Promise<void> {
    const now = Date.now();
    if (now < this.#nextExchangeAt) return;
    this.#nextExchangeAt = now + EXCHANGE_MS.busy; // also if it fails
    const directory = this.env.LOG_DIRECTORY.getByName(DIRECTORY);
    const unfed = service.meet(await directory.note(service.noted()));
    if (!service.isFed) {
      this.#nextExchangeAt = 0; // each of its few ticks changes what it owes
      return;
    }
    // One that was fed has yet to notice that it no longer is; another may have lost its alarm.
    const isBusy = unfed.some(({ isFed, owed }) => isFed || owed > 0);
    this.#nextExchangeAt = now + (isBusy ? EXCHANGE_MS.busy : EXCHANGE_MS.quiet);
    for (const { source, isFed, owed, notedAt } of unfed) {
      const isSilent = notedAt < now - (isFed ? 0 : SILENT_MS);
      if ((isFed || owed > 0) && isSilent) await this.env.EVENT_LOG.getByName(source).watchdog();
    }
  }

  /** @inheritdoc */
  noteFailures(report: FailureReport): Promise<void> {
    this.#service?.noteFailures(report);
    return Promise.resolve();
  }

  /** @inheritdoc */
  async watchdog(
    tokens?: readonly string[],
  ): Promise<"ticking" | "set" | "new" | "lost" | "overdue" | "ahead"> {
    if (tokens !== undefined) this.#service?.keepStreamsOf(tokens);
    if (this.#ticking || this.#service === undefined) return "ticking";
    const at = await this.ctx.storage.getAlarm();
    const now = Date.now();
    const ahead = this.#service.isFed ? AHEAD_MS : UNFED_AHEAD_MS;
    if (at !== null && at > now - OVERDUE_MS && at < now + ahead) return "set";
    await this.ctx.storage.setAlarm(now);
    if (at === null) return holdsNothing(this.#service.noted()) ? "new" : "lost";
    return at < now ? "overdue" : "ahead";
  }
}

/** Where the log cannot be read, a tick has to say so: at once. */
function nextWorkAt(service: Service): number {
  try {
    return service.nextWorkAt();
  } catch {
    return Date.now();
  }
}

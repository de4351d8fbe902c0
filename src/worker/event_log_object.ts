/// <reference path="./cloudflare.d.ts" />
import {
  type AlarmInfo,
  DurableObject,
  type DurableObjectNamespace,
  type DurableObjectState,
} from "cloudflare:workers";
import type { RuleBundle } from "../alert/match_rules.ts";
import { problem } from "../http/problem.ts";
import { systemClock } from "../stream/clock.ts";
import { readConfig, sourceName } from "./config.ts";
import { composeService, type Service } from "./compose_service.ts";
import { report } from "./report.ts";
import bundle from "./rules.json" with { type: "json" };

/** What the Worker calls on the object besides `fetch()`. */
export interface EventLogMethods {
  /** Sets the alarm again if it is lost or wrong, and returns what it found. */
  watchdog(): Promise<"ticking" | "set" | "lost" | "overdue" | "ahead">;
}

/** What the runtime passes in: the binding, and the settings that `readConfig()` reads. */
export interface Env extends Record<string, unknown> {
  /** The namespace of the logs. */
  EVENT_LOG: DurableObjectNamespace<EventLogMethods>;
}

/** An alarm this far in the past is lost: the platform starts alarms within seconds. */
const OVERDUE_MS = 60_000;
/** Ticks are closer together than this: an alarm further ahead was set by a clock that was ahead. */
const AHEAD_MS = 900_000;
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

  /** Opens the log and ensures that the alarm is set. */
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { config } = readConfig(env);
    // The object of an earlier configuration wakes once more, and then sleeps and keeps its log.
    if (config === undefined || (ctx.id.name ?? sourceName(config)) !== sourceName(config)) return;
    this.#service = composeService({
      storage: ctx.storage,
      config,
      bundle: bundle as unknown as RuleBundle, // the build has parsed and checked it
      clock: systemClock,
      random: Math.random,
      wake: () => ctx.storage.setAlarm(Date.now()),
    });
    // An alarm that fired is gone: if its object died during the tick, none would follow.
    ctx.blockConcurrencyWhile(async () => {
      if (await ctx.storage.getAlarm() === null) await ctx.storage.setAlarm(Date.now());
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
    // At the very end: setting an alarm cancels the platform's own retries of the current one.
    await this.ctx.storage.setAlarm(Math.max(next, Date.now() + MIN_PAUSE_MS));
  }

  /** @inheritdoc */
  async watchdog(): Promise<"ticking" | "set" | "lost" | "overdue" | "ahead"> {
    if (this.#ticking || this.#service === undefined) return "ticking";
    const at = await this.ctx.storage.getAlarm();
    const now = Date.now();
    if (at !== null && at > now - OVERDUE_MS && at < now + AHEAD_MS) return "set";
    await this.ctx.storage.setAlarm(now);
    if (at === null) return "lost";
    return at < now ? "overdue" : "ahead";
  }
}

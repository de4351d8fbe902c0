/// <reference path="./cloudflare.d.ts" />
import { type AlarmInfo, DurableObject, type DurableObjectState } from "cloudflare:workers";
import { problem } from "../http/problem.ts";
import { systemClock } from "../stream/clock.ts";
import { readConfig } from "./config.ts";
import type { Env, EventLogMethods } from "./env.ts";
import type { RuleBundle } from "./match_rules.ts";
import { type EventLog, openEventLog } from "./compose_service.ts";
import { report } from "./report.ts";
import bundle from "./rules.json" with { type: "json" };
import { sourceName } from "./source_name.ts";

/** An alarm that is this long in the past is lost: the platform starts them within seconds. */
const OVERDUE_MS = 60_000;
/** A tick comes back sooner than this: an alarm that is further ahead was set by a clock that was ahead itself. */
const AHEAD_MS = 900_000;
/** The platform gives an alarm up after six failures in a row; from here on it is set anew instead. */
const LAST_RETRY = 5;
const AFTER_FAILURES_MS = 60_000;
/** A shorter pause between two ticks would keep the object from anything else. */
const SHORTEST_PAUSE_MS = 50;

/**
 * The log of one source, in a Durable Object. Its alarm is its clock: each one collects, records, matches
 * and delivers what is due, and sets the next. The alarm only wakes; what is to be done is in the database.
 */
export class EventLogObject extends DurableObject<Env> implements EventLogMethods {
  #open: EventLog | undefined;
  #ticking = false;

  /** Opens the log and sees to it that the alarm is set. */
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { config } = readConfig(env);
    // An object of an earlier configuration wakes once more, and then stays asleep with what it has.
    if (config === undefined || (ctx.id.name ?? sourceName(config)) !== sourceName(config)) return;
    this.#open = openEventLog({
      storage: ctx.storage,
      config,
      bundle: bundle as unknown as RuleBundle, // the build has parsed and checked them
      clock: systemClock,
      random: Math.random,
      wake: () => ctx.storage.setAlarm(Date.now()),
    });
    // A fired alarm is spent: one that died with its object would never come again.
    ctx.blockConcurrencyWhile(async () => {
      if (await ctx.storage.getAlarm() === null) await ctx.storage.setAlarm(Date.now());
    });
  }

  /** Answers what the Worker has let in. */
  override fetch(request: Request): Response | Promise<Response> {
    return this.#open?.app.fetch(request) ?? problem("unavailable");
  }

  /** One tick. It never fails for a reason of ours, since six failures would be the end of the alarm. */
  override async alarm(info?: AlarmInfo): Promise<void> {
    if (this.#open === undefined) return;
    if ((info?.retryCount ?? 0) >= LAST_RETRY) {
      return await this.ctx.storage.setAlarm(Date.now() + AFTER_FAILURES_MS);
    }
    let next = Date.now() + AFTER_FAILURES_MS;
    this.#ticking = true;
    try {
      next = await this.#open.tick();
    } catch (error) {
      report("A tick failed", error);
    } finally {
      this.#ticking = false;
    }
    // Last of all: an alarm that is set takes away the platform's own retries of the one that runs.
    await this.ctx.storage.setAlarm(Math.max(next, Date.now() + SHORTEST_PAUSE_MS));
  }

  /** @inheritdoc */
  async watchdog(): Promise<"ticking" | "set" | "lost" | "overdue" | "ahead"> {
    if (this.#ticking || this.#open === undefined) return "ticking";
    const at = await this.ctx.storage.getAlarm();
    const now = Date.now();
    if (at !== null && at > now - OVERDUE_MS && at < now + AHEAD_MS) return "set";
    await this.ctx.storage.setAlarm(now);
    if (at === null) return "lost";
    return at < now ? "overdue" : "ahead";
  }
}

import type { AlertField } from "../../src/alert/alert.ts";
import { equal } from "@std/assert";
import { DueTimes } from "../../src/store/due_times.ts";
import { type Log, openLog } from "../../src/store/open_log.ts";
import { nextState } from "../../src/delivery/next_state.ts";
import { LogFeed } from "../../src/http/feed/log_feed.ts";
import { Ticker } from "../../src/server/ticker.ts";
import type { Sql } from "../../src/store/sql.ts";
import type { Clock } from "../../src/stream/clock.ts";
import type { SigmaEvent } from "../../src/alert/to_sigma_event.ts";
import { Watch } from "../../src/watch/watch.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { ApiModel } from "./api_model.ts";
import { lightReadPage, wireReadPage } from "./api_port.ts";
import { Bookkeeper } from "./bookkeeper.ts";
import type { Bug } from "./bugs.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { CrashSql } from "./crash_sql.ts";
import { endpointConfigs, EndpointModel } from "./endpoint_model.ts";
import { lightAttempt, wireAttempt } from "./endpoint_port.ts";
import type { History } from "./history.ts";
import { INJECTED, Life } from "./life.ts";
import { HOUR, MINUTE, type Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import { LOGIN_FAILED, newCorrelator, ruleSet, STRANGER, TOKEN_CREATED } from "./rules.ts";
import type { Server } from "./sse_client.ts";
import type { Storage } from "./storage.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What a world is made of. */
export interface WorldOptions {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly history: History;
  readonly storage: Storage;
  readonly published: readonly Published[];
  readonly bug: Bug;
}

/** The maximum of matched fields in an alert, in characters that take up most room in JSON. */
const LONG: readonly AlertField[] = Array.from(
  { length: 40 },
  () => ({ field: "user", value: "\u001b".repeat(2_000), item: "user|contains" }),
);

/** Makes some alerts unreadable, so that no format can make a body of them. */
function withBrokenBodies(log: Log): Log {
  return {
    ...log,
    alert(id) {
      const alert = log.alert(id);
      const breaks = alert?.body.includes(`"trace":"breaks-body"`) === true;
      return breaks ? { ...alert!, body: alert!.body.slice(1) } : alert;
    },
  };
}

/**
 * Looks at counts of repeats at once, and at how messages ended: retention may remove both before
 * the tick ends.
 */
function lookedAt(log: Log, look: () => void): Log {
  let isClosing = false;
  return {
    ...log,
    closeFolds(now) {
      log.closeFolds(now);
      isClosing = true;
    },
    retain(options) {
      look();
      return log.retain(options);
    },
    transaction(body) {
      const result = log.transaction(body);
      if (isClosing) look();
      isClosing = false;
      return result;
    },
  };
}

/** The pause after a failed tick, as in the Worker. */
const AFTER_FAILURE_MS = 60_000;
const MIN_PAUSE_MS = 50;

/** The program between the models of the API and of the endpoints, one process after the other. */
export class World {
  readonly books: Bookkeeper;
  readonly api: ApiModel;
  readonly endpoints: readonly EndpointModel[];
  /** Errors of the program that were not injected. */
  readonly errors: string[] = [];
  /** How far the clock of the process is off, in milliseconds. */
  clockOffset = 0;
  /** The endpoints that are configured in the next life. */
  configured: readonly EndpointModel[];
  /** The log was restored from a copy: the next life has to raise the epoch. */
  wasRestored = false;
  /** Where clients connect to. */
  server: Server | undefined;
  lives = 0;
  /** Older events are not requested: the backfill before the first saved state. */
  askedFrom = Infinity;
  readonly #options: WorldOptions;
  readonly #chance: Chance;
  #log: Log | undefined;
  /** What the status has been looked at for: the clock as it is set. */
  #lookedAt = { offset: 0, answered: 0, isTold: true };
  #silences = 0;
  #double: (ms: number) => void = () => {};

  constructor(options: WorldOptions) {
    const { plan, storage, published } = options;
    this.#options = options;
    this.#chance = chanceOf(plan.seed, "world");
    this.books = new Bookkeeper(storage, plan.forgets, options.history);
    this.api = new ApiModel(plan, published, options);
    this.endpoints = endpointConfigs(plan).map((config) =>
      new EndpointModel(plan, config, options)
    );
    this.configured = this.endpoints;
  }

  /**
   * Starts a process.
   *
   * @param prepare Called with it before it does anything.
   * @param onEnd Called when it has died or stopped.
   */
  start(prepare: (life: Life) => void, onEnd: () => void): Life {
    const { time, history, storage } = this.#options;
    const configured = this.configured;
    const look = () => this.look(configured);
    const life = new Life({
      number: ++this.lives,
      chance: this.#chance,
      history,
      onDeath: () => {
        storage.crash();
        if (this.server?.life === life) this.server = undefined;
        // Not now: in memory, the transaction in which it died has not been rolled back yet.
        time.at(time.now, () => {
          look();
          onEnd();
        });
      },
    });
    const clock = time.clockOf(life, () => this.clockOffset);
    prepare(life);
    history.note(() => `process ${life.number} starts`);
    this.#run(life, clock, configured, look).catch((error) => {
      if (!life.alive) return;
      this.#report("start", error);
      life.kill("it could not start");
    });
    return life;
  }

  /** Runs a second watch beside the first for a while, in the same process. */
  double(ms: number): void {
    if (this.server !== undefined) this.#double(ms);
  }

  /** Redelivers one message, as the HTTP API does. */
  redeliver(chance: Chance): void {
    const log = this.#log;
    if (this.server?.life.alive !== true || log === undefined) return;
    const now = this.#options.time.now + this.clockOffset;
    try {
      const messages = log.deliveries({ limit: 1_000 });
      if (messages.length === 0) return;
      const before = chance.pick(messages);
      const after = nextState(before, { type: "redeliver", now });
      if (after !== undefined) log.transaction(() => log.saveMessage(before, after, now));
    } catch (error) {
      if (this.server?.life.alive === true) this.#report("redelivery", error);
    }
  }

  /** The log has become the copy of it. */
  restored(): void {
    this.wasRestored = true;
    this.books.rewind();
    // What a copy says about the clock is that of its own time.
    this.#lookedAt = { ...this.#lookedAt, answered: this.api.answered };
    // A copy from before the program first saved its state knows nothing that had to be read.
    if (!this.books.hasBegun()) this.askedFrom = Infinity;
  }

  /** Adds a silence, as the HTTP API does. */
  silence(chance: Chance): void {
    const log = this.#log;
    if (this.server?.life.alive !== true || log === undefined) return;
    const now = this.#options.time.now + this.clockOffset;
    const id = `s${++this.#silences}`;
    const rule = chance.pick([LOGIN_FAILED, TOKEN_CREATED, STRANGER, null, null]);
    const user = chance.pick(["Ada (ada@example.org)", "EVE (eve@evil.example)"]);
    const silence = {
      id,
      rule,
      fields: rule === null || chance.is(0.5) ? { user: [user, "Nobody"] } : {},
      until: new Date(now + chance.about(2 * HOUR)).toISOString(),
      by: "operator",
      reason: "A simulated one",
      createdAt: new Date(now).toISOString(),
    };
    try {
      log.transaction(() => log.addSilence(silence, now));
      this.#options.history.note(() => `silence ${id} for ${rule} until ${silence.until}`);
      this.look();
    } catch (error) {
      if (this.server?.life.alive === true) this.#report("silence", error);
    }
  }

  /** Lets the bookkeeper note what is new. */
  look(configured: readonly EndpointModel[] = this.configured): void {
    const { plan, time } = this.#options;
    this.books.look(configured.map(({ config }) => config.name));
    if (this.askedFrom < Infinity || !this.books.hasBegun()) return;
    const begun = Math.floor((time.now + Math.max(0, this.clockOffset)) / 1_000) * 1_000;
    this.askedFrom = begun - plan.options.backfillMs;
  }

  /** Ends the run with a last look. */
  finish(): void {
    this.server?.life.kill("the simulation is over");
    this.look();
    this.books.lookAtEnds();
  }

  async #run(
    life: Life,
    clock: Clock,
    configured: readonly EndpointModel[],
    look: () => void,
  ): Promise<void> {
    const { plan, storage, bug } = this.#options;
    const crashing: Sql = new CrashSql(storage, life);
    const random = chanceOf(plan.seed, `process ${life.number}`).next;
    const opened = openLog(bug.sql?.(crashing) ?? crashing, { now: clock.now(), random });
    const log = bug.log?.(opened) ?? opened;
    this.#log = log;
    // At once: what is removed again before the tick ends has been in the log nevertheless.
    opened.onAppend(look);
    if (this.wasRestored) {
      if (bug.keepsEpoch !== true) log.transaction(() => log.raiseEpoch(clock.now()));
      this.wasRestored = false;
    }
    look();
    const ports = this.#portsOf(
      life,
      clock,
      random,
      lookedAt(withBrokenBodies(log), look),
      configured,
    );
    const watch = () => new Watch(bug.ports?.(ports) ?? ports, plan.options);
    const source = (entry: "event" | "alert") => {
      const feed = new LogFeed({
        log,
        entry,
        durable: () => Promise.resolve(),
        clock,
        report: () => {},
      });
      return bug.source?.(feed) ?? feed;
    };
    this.server = { life, clock, feeds: { events: source("event"), alerts: source("alert") } };
    this.#double = (ms) => {
      const over = new AbortController();
      clock.wait(ms).then(() =>
        over.abort(new DOMException("The second watch stops", "AbortError"))
      );
      const signal = AbortSignal.any([life.stopping, over.signal]);
      void this.#tick(watch(), life, clock, signal, look);
    };
    await this.#tick(watch(), life, clock, life.stopping, look);
    life.kill("it has stopped");
  }

  /** Ticks until it is told to stop, as the Worker does or by the server's own loop. */
  async #tick(
    watch: Watch,
    life: Life,
    clock: Clock,
    signal: AbortSignal,
    look: () => void,
  ): Promise<void> {
    const tick = () => this.#tickOnce(watch, life, clock, signal, look);
    if (this.#options.plan.shell === "server") {
      const report = (error: unknown) => this.#report("ticker", error);
      const ticker = new Ticker({ tick, clock, report });
      signal.addEventListener("abort", () => ticker.stop(), { once: true });
      return await ticker.run();
    }
    while (life.alive && !signal.aborted) {
      const next = await tick();
      if (next === undefined) break;
      await clock.wait(Math.max(next - clock.now(), MIN_PAUSE_MS), signal).catch(() => {});
    }
  }

  /** One tick; returns when the next is due, or undefined if the process has ended. */
  async #tickOnce(
    watch: Watch,
    life: Life,
    clock: Clock,
    signal: AbortSignal,
    look: () => void,
  ): Promise<number | undefined> {
    let next = clock.now() + AFTER_FAILURE_MS;
    const offset = this.clockOffset;
    const { newest } = this.books.invalid;
    try {
      if (this.#options.time.now >= this.#options.plan.calm) this.#resumeDisabled(watch);
      next = await watch.tick({ signal });
      look();
      this.#lookAtMemory();
      if (life.alive && this.clockOffset === offset) {
        this.#lookAtStatus(watch, this.books.invalid.newest > newest);
      }
    } catch (error) {
      if (!life.alive || signal.aborted) return undefined;
      this.#report("tick", error);
    }
    look();
    return next;
  }

  /** Operators resume what 410 has disabled, once all is calm. */
  #resumeDisabled({ dispatcher }: Watch): void {
    for (const { name, state } of this.#log?.endpointStates().values() ?? []) {
      if (state === "disabled") dispatcher.resume(name);
    }
  }

  /** What the log remembers of the outbox is what is written there. */
  #lookAtMemory(): void {
    const { sql } = this.#options.storage;
    const isTrue = this.#log === undefined ||
      equal(this.#log.dueTimes(), new DueTimes(sql).all());
    if (!isTrue) this.errors.push("the log remembers due times that are not in the database");
  }

  /** Promise 5: the status is never green while something is known to be wrong. */
  #lookAtStatus(watch: Watch, isInvalidNew: boolean): void {
    const { plan } = this.#options;
    const looked = this.#lookedAt;
    const offset = this.clockOffset;
    const { answered } = this.api;
    if (offset !== looked.offset) Object.assign(looked, { offset, answered, isTold: false });
    const isDue = plan.kinds.has("dated") && !looked.isTold && Math.abs(offset) >= 2 * MINUTE &&
      answered >= looked.answered + 10;
    const wanted = [
      ...(isDue ? ["clock_off"] : []),
      ...(isInvalidNew ? ["invalid_events"] : []),
      ...this.#endpointCodes(),
    ];
    if (isDue) looked.isTold = true;
    if (wanted.length === 0) return;
    const { health, reasons } = watch.status();
    const codes = reasons.map(({ code }) => code as string);
    if (codes.includes("log_unreadable")) return; // a statement failed, and the status says so
    for (const code of wanted) {
      if (health === "green" || !codes.includes(code)) {
        this.errors.push(`the status is ${health} and says [${codes}], but not ${code}`);
      }
    }
  }

  /** What the status has to say about endpoints: none gets into a state silently. */
  #endpointCodes(): string[] {
    const codes = {
      failing: "delivery_failing",
      paused: "endpoint_paused",
      disabled: "endpoint_disabled",
    };
    const rows = this.#options.storage.sql.all<{ body: string }>(
      "SELECT body FROM endpoint_states",
    );
    return rows.flatMap(({ body }) => codes[JSON.parse(body).state as "failing"] ?? []);
  }

  #portsOf(
    life: Life,
    clock: Clock,
    random: () => number,
    log: Log,
    configured: readonly EndpointModel[],
  ): WatchPorts {
    const { plan, time, published } = this.#options;
    const { api, endpoints } = this;
    const chance = this.#chance;
    const readPage = (plan.onWire ? wireReadPage : lightReadPage)({ api, clock, chance, random });
    const attempt = (plan.onWire ? wireAttempt : lightAttempt)({ endpoints, clock, time });
    const correlator = newCorrelator();
    const breaking = new Set(published.filter((one) => one.breaksRules).map(({ id }) => id));
    return {
      clock,
      random,
      log,
      endpoints: configured.map(({ config }) => config),
      firstPage: (from, to) => this.api.firstPage(from, to),
      readPage: (url, signal) => life.call("readPage", () => readPage(url, signal)),
      attempt: (message, endpoint, signal) =>
        life.call("attempt", () => attempt(message, endpoint, signal)),
      match(event: SigmaEvent) {
        if (breaking.has(event.trace as string)) throw new Error("This rule fails (injected)");
        return ruleSet.match(event).map(({ rule }) => ({
          rule,
          ...(event.trace === "huge" && { matched: LONG }),
          isSilent: !correlator.alertsAlone(rule),
        }));
      },
      correlator,
    };
  }

  #report(where: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#options.history.note(() => `${where} failed: ${text}`);
    const line = `${where} failed: ${error instanceof Error ? error.stack ?? text : text}`;
    if (!text.startsWith(INJECTED) && !this.errors.includes(line)) this.errors.push(line);
  }
}

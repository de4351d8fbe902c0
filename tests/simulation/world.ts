import { equal } from "@std/assert";
import { DueTimes } from "../../src/store/due_times.ts";
import type { Log } from "../../src/store/open_log.ts";
import { Ticker } from "../../src/server/ticker.ts";
import type { Service } from "../../src/service/compose_service.ts";
import type { Clock } from "../../src/stream/clock.ts";
import type { Status } from "../../src/http/log_access.ts";
import { ApiModel } from "./api_model.ts";
import { Bookkeeper } from "./bookkeeper.ts";
import type { Bug } from "./bugs.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { compose } from "./compose.ts";
import { CrashSql } from "./crash_sql.ts";
import { Disk } from "./disk.ts";
import { endpointConfigs, EndpointModel } from "./endpoint_model.ts";
import type { History } from "./history.ts";
import { INJECTED, Life } from "./life.ts";
import { HOUR, MINUTE, type Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import { Pusher } from "./pusher.ts";
import { LOGIN_FAILED, STRANGER, TOKEN_CREATED } from "./rules.ts";
import type { Server } from "./sse_client.ts";
import type { SsePlace } from "./sse_place.ts";
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

/** One loop of ticks of a process. */
interface Run {
  readonly life: Life;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly look: () => void;
  /** Resolves once all that is written is on disk; undefined if that is so at once. */
  readonly durable: (() => Promise<void>) | undefined;
  /** Makes the next tick start at once. */
  readonly waking: { wake: () => void };
}

/** The program between the models of the API and of the endpoints, one process after the other. */
export class World {
  readonly books: Bookkeeper;
  readonly api: ApiModel;
  readonly endpoints: readonly EndpointModel[];
  /** What pushes events. */
  readonly pusher: Pusher;
  /** What clients have seen. */
  readonly places: SsePlace[] = [];
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
  /** The disk, where the machine may lose power. */
  readonly #disk: Disk | undefined;
  /** The silences that were confirmed, since the log was restored. */
  readonly #silences = new Set<string>();
  #log: Log | undefined;
  /** What the status has been looked at for: the clock as it is set. */
  #lookedAt = { offset: 0, answered: 0, isTold: true };
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
    this.#disk = plan.kinds.has("crash-power")
      ? new Disk(storage, chanceOf(plan.seed, "disk"), this.#remember())
      : undefined;
    this.pusher = new Pusher({
      ...options,
      post: (path, body) => this.post(path, body),
      isRecorded: ({ key }) => this.books.hasRecorded(key),
    });
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
        if (life.hasLostPower) this.#losePower();
        else storage.crash();
        this.#disk?.next();
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

  /** Redelivers one message. */
  async redeliver(chance: Chance): Promise<void> {
    const messages = this.#read((log) => log.deliveries({ limit: 1_000 })) ?? [];
    if (messages.length === 0) return;
    await this.post(`/v1/deliveries/${chance.pick(messages).id}/redeliver`);
  }

  /** The log has become the copy of it. */
  restored(): void {
    this.wasRestored = true;
    this.books.rewind();
    // What a copy says about the clock is that of its own time.
    this.#lookedAt = { ...this.#lookedAt, answered: this.api.answered };
    // A copy from before the program first saved its state knows nothing that had to be read.
    if (!this.books.hasBegun()) this.askedFrom = Infinity;
    this.pusher.restored();
    this.#silences.clear();
    this.#disk?.sync(this.#remember());
  }

  /** Returns what makes the checker forget whatever it notes from now on. */
  #remember(): () => void {
    const forget = this.books.remember();
    const { wasRestored, askedFrom } = this;
    return () => {
      forget();
      Object.assign(this, { wasRestored, askedFrom });
    };
  }

  /** What was not on disk is gone, and nobody can tell: whatever has left the machine is there. */
  #losePower(): void {
    this.#disk?.losePower();
    this.#lookedAt = { ...this.#lookedAt, answered: this.api.answered };
    for (const { config, received } of this.endpoints) {
      for (const id of received.keys()) {
        if (this.books.hasMessage(id)) continue;
        this.errors.push(`${config.name}: received ${id}, which a loss of power has undone`);
      }
    }
    for (const id of this.#silences) {
      if (this.books.silences.has(id)) continue;
      this.errors.push(`the silence ${id} was confirmed, but a loss of power has undone it`);
    }
    for (const place of this.places) place.lookAfterLoss();
    this.pusher.lookAfterLoss();
  }

  /** Adds a silence. */
  async silence(chance: Chance): Promise<void> {
    const rule = chance.pick([LOGIN_FAILED, TOKEN_CREATED, STRANGER, null, null]);
    const user = chance.pick(["Ada (ada@example.org)", "EVE (eve@evil.example)"]);
    const until = this.#options.time.now + this.clockOffset + chance.about(2 * HOUR);
    const answer = await this.post(
      "/v1/silences",
      JSON.stringify({
        ...(rule !== null && { rule }),
        ...((rule === null || chance.is(0.5)) && { fields: { user: [user, "Nobody"] } }),
        until: new Date(until).toISOString(),
        reason: "A simulated one",
      }),
    );
    this.look();
    if (answer?.ok === true && this.#disk !== undefined) {
      this.#silences.add((await answer.json()).id);
    }
  }

  /**
   * Sends a request to the process that runs now.
   *
   * @returns The answer; undefined if there is none, since no process runs or it has died.
   */
  async get(path: string): Promise<Response | undefined> {
    return await this.#ask(new Request(`http://log${path}`));
  }

  /** Sends a request with a body of JSON likewise; the process may die before or after it. */
  async post(path: string, body = ""): Promise<Response | undefined> {
    const headers = { "Content-Type": "application/json" };
    return await this.#ask(new Request(`http://log${path}`, { method: "POST", headers, body }));
  }

  async #ask(request: Request): Promise<Response | undefined> {
    const { life, fetch } = this.server ?? {};
    if (life === undefined || fetch === undefined) return undefined;
    const answers = async () => await fetch(request);
    const answer = await life.outlived(
      request.method === "GET" ? answers() : life.call("request", answers),
    );
    this.#options.history.note(() => `${request.method} ${request.url}: ${answer?.status}`);
    return answer;
  }

  /** Takes a line that the service writes to its log. */
  hear(line: string): void {
    this.#options.history.note(() => line);
    if (!line.includes(`"error":`) || this.server?.life.alive !== true) return;
    const { what, error, message, stack } = JSON.parse(line);
    if (typeof error !== "string" || error === "Crash") return;
    this.#report(what, Object.assign(new Error(message), { stack }));
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
    const { plan, storage, bug, time, published } = this.#options;
    const crashing = new CrashSql(storage, life);
    const random = chanceOf(plan.seed, `process ${life.number}`).next;
    const begin = (opened: Log) => {
      const log = this.#log = bug.log?.(opened) ?? opened;
      // At once: what is removed again before the tick ends has been in the log nevertheless.
      opened.onAppend(look);
      if (this.wasRestored) {
        if (bug.keepsEpoch !== true) log.transaction(() => log.raiseEpoch(clock.now()));
        this.wasRestored = false;
      }
      look();
      return lookedAt(log, look);
    };
    let inFront: Log | undefined;
    const disk = this.#disk;
    const durable = disk &&
      (() =>
        disk.durable(life, time.now < plan.calm ? clock : undefined, () => {
          look();
          return this.#remember();
        }));
    // What an earlier process has left may not be on disk.
    if (durable !== undefined) await durable();
    const ticks = async (signal: AbortSignal) => {
      const waking = { wake: () => {} };
      const service = await compose({
        plan,
        bug,
        published,
        api: this.api,
        endpoints: this.endpoints,
        configured,
        life,
        clock,
        time,
        chance: this.#chance,
        random,
        sql: bug.sql?.(crashing) ?? crashing,
        durable,
        log: (opened) => inFront ??= begin(opened),
        wake: () => waking.wake(),
      });
      this.server ??= {
        life,
        clock,
        service,
        fetch: durable === undefined
          ? (request) => service.app.fetch(request)
          : async (request) => {
            const answer = await service.app.fetch(request);
            await durable();
            return answer;
          },
      };
      await this.#tick(service, { life, clock, signal, look, durable, waking });
    };
    this.#double = (ms) => {
      const over = new AbortController();
      clock.wait(ms).then(() =>
        over.abort(new DOMException("The second watch stops", "AbortError"))
      );
      ticks(AbortSignal.any([life.stopping, over.signal])).catch((error) => {
        if (life.alive) this.#report("second watch", error);
      });
    };
    await ticks(life.stopping);
    life.kill("it has stopped");
  }

  /** Ticks until it is told to stop, as the Worker does or by the server's own loop. */
  async #tick(service: Service, run: Run): Promise<void> {
    const { life, clock, signal, waking } = run;
    const tick = () => this.#tickOnce(service, run);
    if (this.#options.plan.shell === "server") {
      const report = (error: unknown) => this.#report("ticker", error);
      const ticker = new Ticker({ tick, clock, report });
      waking.wake = () => ticker.wake();
      signal.addEventListener("abort", () => ticker.stop(), { once: true });
      return await ticker.run();
    }
    while (life.alive && !signal.aborted) {
      const next = await tick();
      if (next === undefined) break;
      // A tick sets the alarm at its end, whatever has set it meanwhile.
      const woken = new AbortController();
      waking.wake = () => woken.abort();
      const pause = Math.max(next - clock.now(), MIN_PAUSE_MS);
      await clock.wait(pause, AbortSignal.any([signal, woken.signal])).catch(() => {});
    }
  }

  /** One tick; returns when the next is due, or undefined if the process has ended. */
  async #tickOnce(
    service: Service,
    { life, clock, signal, look, durable }: Run,
  ): Promise<number | undefined> {
    let next = clock.now() + AFTER_FAILURE_MS;
    const offset = this.clockOffset;
    const { newest } = this.books.invalid;
    try {
      if (this.#options.time.now >= this.#options.plan.calm) await this.#resumeDisabled();
      next = await service.tick(signal);
      if (durable !== undefined) {
        const pauseMs = next - clock.now();
        await durable();
        next = clock.now() + pauseMs;
      }
      look();
      this.#lookAtMemory();
      if (life.alive && this.clockOffset === offset) {
        await this.#lookAtStatus(this.books.invalid.newest > newest);
      }
    } catch (error) {
      if (!life.alive || signal.aborted) return undefined;
      this.#report("tick", error);
    }
    look();
    return next;
  }

  /** Operators resume what 410 has disabled, once all is calm. */
  async #resumeDisabled(): Promise<void> {
    const states = this.#read((log) => log.endpointStates()) ?? new Map();
    for (const { name, state } of states.values()) {
      if (state === "disabled") await this.post(`/v1/endpoints/${name}/resume`);
    }
  }

  /** Reads the log, unless no process runs or an injected error prevents it. */
  #read<T>(read: (log: Log) => T): T | undefined {
    if (this.server?.life.alive !== true || this.#log === undefined) return undefined;
    try {
      return read(this.#log);
    } catch (error) {
      if (this.server?.life.alive === true) this.#report("operator", error);
      return undefined;
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
  async #lookAtStatus(isInvalidNew: boolean): Promise<void> {
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
    const answer = await this.get("/v1/status");
    if (answer === undefined) return;
    const { health, reasons }: Status = await answer.json();
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

  #report(where: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#options.history.note(() => `${where} failed: ${text}`);
    const line = `${where} failed: ${error instanceof Error ? error.stack ?? text : text}`;
    if (!text.startsWith(INJECTED) && !this.errors.includes(line)) this.errors.push(line);
  }
}

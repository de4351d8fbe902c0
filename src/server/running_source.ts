import { composeService, type Service, type ServiceOptions } from "../service/compose_service.ts";
import { report } from "../service/report.ts";
import { type NodeSql, nodeSql } from "./node_sql.ts";

/** What one log needs to run. */
export interface RunningSourceOptions
  extends Omit<ServiceOptions, "sql" | "durable" | "limits" | "wake"> {
  /** The file of its database. */
  readonly path: string;
  /** Called after each tick. */
  readonly onTick: (source: RunningSource) => void;
}

/** What one log has room for: memory is this machine's, and so is the disk. */
const LIMITS = { maxPageBytes: 32 * 1024 * 1024, maxBundleBytes: 16_000_000 };

const AFTER_FAILURE_MS = 60_000;
/** A shorter pause between two ticks would leave no time for requests. */
const MIN_PAUSE_MS = 10;

/** What ends the wait for the next tick; there is a new controller for each. */
interface Alarm {
  waking: AbortController;
}

/** One log in its file, and the ticks that feed it until it is stopped. */
export class RunningSource {
  /** The service. */
  readonly service: Service;
  readonly #sql: NodeSql;
  readonly #options: RunningSourceOptions;
  readonly #alarm: Alarm;
  /** No tick begins any more. */
  #isStopping = false;
  /** Ends the tick that is at work. */
  readonly #aborting = new AbortController();
  #ended: Promise<void> | undefined;

  private constructor(
    service: Service,
    sql: NodeSql,
    options: RunningSourceOptions,
    alarm: Alarm,
  ) {
    this.service = service;
    this.#sql = sql;
    this.#options = options;
    this.#alarm = alarm;
  }

  /**
   * Opens the log of a source.
   *
   * @param options Its file, the settings and what the service needs.
   * @returns The source, which does nothing yet.
   * @throws {Error} If the file cannot be opened, or was written by a later version.
   */
  static async open(options: RunningSourceOptions): Promise<RunningSource> {
    const sql = nodeSql(options.path, { durable: true });
    const alarm: Alarm = { waking: new AbortController() };
    try {
      const service = await composeService({
        ...options,
        sql,
        durable: () => Promise.resolve(), // each transaction is, when it returns
        limits: LIMITS,
        wake: () => Promise.resolve(alarm.waking.abort()),
      });
      return new RunningSource(service, sql, options, alarm);
    } catch (error) {
      sql.close();
      throw error;
    }
  }

  /** Begins to tick. */
  start(): void {
    this.#ended ??= this.#run();
  }

  /**
   * Stops: the tick that is at work ends, or is aborted by the signal and repeated after the next
   * start. Then the file is complete by itself, without a write-ahead log.
   *
   * @param limit Aborts the tick.
   */
  async stop(limit: AbortSignal): Promise<void> {
    const abort = () => this.#aborting.abort(limit.reason);
    limit.addEventListener("abort", abort, { once: true });
    if (limit.aborted) abort();
    this.#isStopping = true;
    this.#alarm.waking.abort();
    await this.#ended;
    limit.removeEventListener("abort", abort);
    try {
      this.#sql.all("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      report("The write-ahead log stays, since it could not be copied", error); // a full disk
    }
    this.#sql.close();
  }

  async #run(): Promise<void> {
    const { clock, onTick } = this.#options;
    while (!this.#isStopping) {
      // Whatever wakes it from here on, also during the tick, makes the next one start at once.
      const waking = this.#alarm.waking = new AbortController();
      let next = clock.now() + AFTER_FAILURE_MS;
      try {
        next = await this.service.tick(this.#aborting.signal);
      } catch (error) {
        if (this.#aborting.signal.aborted) return;
        report("A tick failed", error);
      }
      try {
        onTick(this);
        if (this.service.isIdle()) return; // nothing is left to deliver or to remove
      } catch (error) {
        report("The log cannot be read", error);
      }
      const pause = waking.signal.aborted ? 0 : next - clock.now();
      if (this.#isStopping) return;
      // Woken during the tick: the pause is short, and ends by itself.
      const signal = waking.signal.aborted ? undefined : waking.signal;
      await clock.wait(Math.max(pause, MIN_PAUSE_MS), signal).catch(() => {});
    }
  }
}

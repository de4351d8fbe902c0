import { composeService, type Service, type ServiceOptions } from "../service/compose_service.ts";
import { report } from "../service/report.ts";
import { type NodeSql, nodeSql } from "./node_sql.ts";
import { Ticker } from "./ticker.ts";

/** What one log needs to run. */
export interface RunningSourceOptions
  extends Omit<ServiceOptions, "sql" | "durable" | "maxPageBytes" | "plan" | "wake"> {
  /** The file of its database. */
  readonly path: string;
  /** Called after each tick. */
  readonly onTick: (source: RunningSource) => void;
  /** Called once if the disk fails: nothing leaves this source any more, and it has to be reopened. */
  readonly onDiskFailure: (error: Error) => void;
}

/** A page may be larger than in an object, which has less memory than this machine. */
const MAX_PAGE_BYTES = 32 * 1024 * 1024;

/** One log in its file, and the ticks that feed it until it is stopped. */
export class RunningSource {
  /** The service. */
  readonly service: Service;
  readonly #sql: NodeSql;
  readonly #ticker: Ticker;
  /** Ends the tick that is at work. */
  readonly #aborting = new AbortController();
  #ended: Promise<void> | undefined;

  private constructor(
    service: Service,
    sql: NodeSql,
    { clock, onTick }: RunningSourceOptions,
    wakes: { wake: () => void },
  ) {
    this.service = service;
    this.#sql = sql;
    this.#ticker = new Ticker({
      clock,
      report: (error) => report("A tick failed", error),
      tick: async () => {
        try {
          const next = await service.tick(this.#aborting.signal);
          const pauseMs = next - clock.now(); // the clock may be set during a sync
          await sql.durable();
          return clock.now() + pauseMs;
        } finally {
          onTick(this);
          if (service.isIdle()) this.#ticker.stop(); // nothing is left to deliver or to remove
        }
      },
    });
    wakes.wake = () => this.#ticker.wake();
  }

  /**
   * Opens the log of a source.
   *
   * @param options Its file, the settings and what the service needs.
   * @returns The source, which does nothing yet.
   * @throws {Error} If the file cannot be opened, or was written by a later version.
   */
  static async open(options: RunningSourceOptions): Promise<RunningSource> {
    const sql = nodeSql(options.path, options.onDiskFailure);
    const wakes = { wake: () => {} }; // before the first tick there is nothing to wake
    try {
      // What an earlier process has left may not be on disk, even if a sync now says so.
      emptyWal(sql);
      await sql.durable();
      const service = await composeService({
        ...options,
        sql,
        durable: () => sql.durable(),
        maxPageBytes: MAX_PAGE_BYTES,
        plan: null,
        wake: () => Promise.resolve(wakes.wake()),
      });
      return new RunningSource(service, sql, options, wakes);
    } catch (error) {
      sql.close();
      throw error;
    }
  }

  /**
   * Answers a request once all that the answer may tell is on disk. What a body reads later is held
   * back by the feeds; a backup or a backtest may show entries that a loss of power undoes, but no
   * place in the log that a reader could resume from.
   *
   * @param request The request, authorized.
   * @returns The answer.
   * @throws {Error} If the disk has failed.
   */
  async fetch(request: Request): Promise<Response> {
    const response = await this.service.app.fetch(request);
    try {
      await this.#sql.durable();
    } catch (error) {
      await response.body?.cancel(error);
      throw error;
    }
    return response;
  }

  /** Begins to tick. */
  start(): void {
    this.#ended ??= this.#ticker.run();
  }

  /**
   * Stops ticking: the tick that is at work ends, or is aborted by the signal and repeated after the
   * next start.
   *
   * @param limit Aborts the tick.
   */
  async stop(limit: AbortSignal): Promise<void> {
    const abort = () => this.#aborting.abort(limit.reason);
    limit.addEventListener("abort", abort, { once: true });
    if (limit.aborted) abort();
    this.#ticker.stop();
    await this.#ended;
    limit.removeEventListener("abort", abort);
  }

  /**
   * Closes the file, once no request is at work. Then it is complete by itself, without a write-ahead
   * log, unless the disk has failed.
   */
  async close(): Promise<void> {
    const isOnDisk = await this.#sql.durable().then(() => true, () => false);
    if (isOnDisk) emptyWal(this.#sql);
    this.#sql.close();
  }
}

/** Copies the write-ahead log into the file, and brings the file to the disk. */
function emptyWal(sql: NodeSql): void {
  try {
    sql.all("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    report("The write-ahead log stays, since it could not be copied", error); // a full disk
  }
}

import type { BacktestReport } from "../alert/backtest_report.ts";
import { BacktestRun } from "../alert/backtest_run.ts";
import type { RuleMatcher } from "../alert/match_rules.ts";
import { openBundle } from "../alert/open_bundle.ts";
import { isObject } from "../alert/read_odd_event.ts";
import type { LogReader, StoredEvent } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";

/** The bounds of one backtest: it runs in the process that collects events. */
export const BACKTEST_LIMITS = {
  /** Events, and items that are not valid events. */
  events: 200_000,
  /** Matches that are kept. */
  matches: 10_000,
  /** What is matched, in UTF-16 units of JSON. */
  matchedLength: 16_000_000,
  /** How long it takes, in milliseconds. */
  timeMs: 60_000,
} as const;

/** How much is read between two steps. */
const STEP = { events: 500, bytes: 500_000 };

/** What is asked of a backtest. */
export interface BacktestQuery {
  /** The earliest date, in milliseconds since the Unix epoch; default any. */
  readonly since?: number | undefined;
  /** How many events, the latest of them; default and maximum 200,000. */
  readonly limit?: number | undefined;
}

/** How far a backtest is, and in the end what it has found. */
export type BacktestStep =
  | {
    readonly progress: { readonly events: number; readonly of: number; readonly matches: number };
  }
  | { readonly report: BacktestReport };

/** A backtest that can run, or why it cannot. */
export type StartedBacktest =
  | {
    /** Runs it, step by step; nothing happens between two of them. */
    readonly steps: Generator<BacktestStep, void, void>;
    /** Has to be called when the steps are over, or no more of them will be taken. */
    end(): void;
  }
  /** What is wrong with the rules. */
  | { readonly problems: readonly string[] }
  /** Another one is running. */
  | "busy";

/** What backtests need. */
export interface LogBacktestsOptions {
  /** The log; it is only read. */
  readonly log: Pick<LogReader, "head" | "eventsAfter" | "invalidEvents">;
  /** The ids and names of rules that are switched off. */
  readonly disabled: readonly string[];
  /** Time. */
  readonly clock: Clock;
}

/** Tries rules on the stored log, one backtest at a time. Nothing is written, and nothing sent. */
export class LogBacktests {
  readonly #options: LogBacktestsOptions;
  #running: symbol | undefined;

  /** @param options The log, what is switched off, and time. */
  constructor(options: LogBacktestsOptions) {
    this.#options = options;
  }

  /**
   * Starts a backtest.
   *
   * @param value What was sent, as JSON data: bundles that `panoptes rules build` made, as `rules`,
   *   and as `compare` if their differences are asked for.
   * @param query The range.
   */
  start(value: unknown, query: BacktestQuery): StartedBacktest {
    if (this.#running !== undefined) return "busy";
    const { rules, compare } = (isObject(value) ? value : {}) as Record<string, unknown>;
    const own = this.#load("rules", rules);
    const other = compare === undefined ? undefined : this.#load("compare", compare);
    const problems = [...own.problems, ...other?.problems ?? []];
    if (own.matcher === undefined || problems.length > 0) return { problems };
    const run = new BacktestRun(own.matcher, other?.matcher);
    const mine = this.#running = Symbol();
    return {
      steps: this.#steps(run, query),
      end: () => {
        if (this.#running === mine) this.#running = undefined;
      },
    };
  }

  #load(name: string, value: unknown): { matcher?: RuleMatcher; problems: readonly string[] } {
    const { disabled } = this.#options;
    const { matcher, problems = [] } = openBundle(value, { disabled });
    return {
      ...(matcher !== undefined && { matcher }),
      problems: problems.map((text) => `${name}: ${text}`),
    };
  }

  *#steps(run: BacktestRun, { since = -Infinity, limit = BACKTEST_LIMITS.events }: BacktestQuery) {
    const { clock } = this.#options;
    const startedAt = clock.now();
    let matchedLength = 0;
    let stopped: string | null = null;
    for (const { bodies, of, left } of this.#batches(since, limit)) {
      for (const body of bodies) {
        const event = parsed(body);
        const { matches } = run;
        if (isObject(event)) run.add(event);
        if (run.matches > matches) matchedLength += body.length;
      }
      stopped = left;
      if (run.matches >= BACKTEST_LIMITS.matches) {
        stopped = `reading ended at ${BACKTEST_LIMITS.matches} matches`;
      } else if (matchedLength >= BACKTEST_LIMITS.matchedLength) {
        stopped = `reading ended at ${BACKTEST_LIMITS.matchedLength} characters of matched events`;
      } else if (clock.now() > startedAt + BACKTEST_LIMITS.timeMs) {
        stopped = `reading ended after ${BACKTEST_LIMITS.timeMs / 1_000} seconds`;
      }
      if (stopped !== left) break;
      yield { progress: { events: run.events, of, matches: run.matches } };
    }
    yield { report: run.report(stopped, clock.now()) };
  }

  /** The latest events of the log, and its items that are not valid ones. */
  *#batches(since: number, limit: number) {
    const { log } = this.#options;
    const { oldest, newest } = log.head();
    const first = Math.max(oldest, newest - limit + 1);
    const of = newest - first + 1;
    const left = first > oldest ? `only the latest ${limit} events were read` : null;
    const isWanted = ({ at, recordedAt }: Pick<StoredEvent, "at" | "recordedAt">) =>
      (at ?? recordedAt) >= since;
    for (let after = first - 1; after < newest;) {
      const rows = log.eventsAfter(after, Math.min(STEP.events, newest - after), STEP.bytes);
      after = rows.at(-1)?.seq ?? newest;
      yield { bodies: rows.filter(isWanted).map(({ body }) => body), of, left };
    }
    let after = 0;
    for (let count = 0; count < limit;) {
      const rows = log.invalidEvents(after, STEP.events, STEP.bytes);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.seq;
      count += rows.length;
      const wanted = rows.filter(({ recordedAt }) => recordedAt >= since);
      yield { bodies: wanted.map(({ body }) => body), of, left };
    }
  }
}

/** The body of an item that is not a valid event may have been cut. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

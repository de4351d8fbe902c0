import type { BacktestReport } from "../alert/backtest_report.ts";
import { BacktestRun } from "../alert/backtest_run.ts";
import type { RuleMatcher, RuleScope } from "../alert/match_rules.ts";
import { openBundle } from "../alert/open_bundle.ts";
import { isObject } from "../alert/read_odd_event.ts";
import { BEFORE_ALL, completeUntil, type EventPlace, placeAt } from "../store/events_by_time.ts";
import { SPAN_MS } from "../store/hash_event.ts";
import type { LogReader } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";

/** The bounds of one backtest: it runs in the process that collects events. */
export const BACKTEST_LIMITS = {
  /** Events. */
  events: 200_000,
  /** Alerts that are kept. */
  alerts: 20_000,
  /** How long it takes, in milliseconds. */
  timeMs: 30_000,
} as const;

/** How much is read between two steps. */
const STEP = { events: 500, bytes: 500_000 };

/** How many inputs correlations are given at once; one event may add more. */
const MAX_WAITING = 1_000;

/** A row of the log: an event, or an item that is not a valid one. */
interface LogRow {
  readonly id: string;
  readonly at: number | null;
  readonly recordedAt: number;
  readonly body: string;
  /** Its place in the order of time; absent for an item that is not a valid event. */
  readonly place?: EventPlace;
}

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
  readonly log: Pick<
    LogReader,
    "counts" | "eventsByTime" | "placeBeforeLatest" | "eventsAfter" | "invalidEvents"
  >;
  /** Which rules make alerts. */
  readonly scope: RuleScope;
  /** Time. */
  readonly clock: Clock;
}

/** Tries rules on the stored log, one backtest at a time. Nothing is written, and nothing sent. */
export class LogBacktests {
  readonly #options: LogBacktestsOptions;
  #running: symbol | undefined;

  /** @param options The log, which rules make alerts, and time. */
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
    const run = new BacktestRun(own.matcher, other?.matcher, { eventOf: (id) => this.#event(id) });
    const mine = this.#running = Symbol();
    return {
      steps: this.#steps(run, query),
      end: () => {
        if (this.#running === mine) this.#running = undefined;
      },
    };
  }

  #load(name: string, value: unknown): { matcher?: RuleMatcher; problems: readonly string[] } {
    const { matcher, problems = [] } = openBundle(value, this.#options.scope);
    return {
      ...(matcher !== undefined && { matcher }),
      problems: problems.map((text) => `${name}: ${text}`),
    };
  }

  *#steps(run: BacktestRun, { since = -Infinity, limit = BACKTEST_LIMITS.events }: BacktestQuery) {
    const { log, clock } = this.#options;
    const endsAt = clock.now() + BACKTEST_LIMITS.timeMs;
    const { events } = log.counts();
    const of = Math.min(limit, events);
    const onlyLatest = events > limit ? `only the latest ${limit} events were read` : null;
    // Every event before it has been read; items that are not valid events come in no order.
    let complete = -Infinity;
    for (const rows of this.#batches(since, limit)) {
      for (const { id, at, recordedAt, body, place } of rows) {
        const event = (at ?? recordedAt) >= since ? parsed(body) : undefined;
        if (isObject(event)) run.add(event, id);
        if (place !== undefined) complete = completeUntil(place);
        if (run.waiting >= MAX_WAITING) run.advance(complete);
        const why = limitReached(run, clock.now() - endsAt);
        if (why === undefined) continue;
        // Nothing is known about later events, so no absence is found there.
        yield { report: run.report(why, complete - 1) };
        return;
      }
      run.advance(complete);
      yield { progress: { events: run.events, of, matches: run.matches } };
    }
    yield { report: run.report(onlyLatest, clock.now()) };
  }

  /** The items of the log that are not valid events, and then its latest events by time. */
  *#batches(since: number, limit: number): Generator<LogRow[], void, void> {
    const { log } = this.#options;
    for (let after = 0, count = 0; count < limit;) {
      const rows = log.invalidEvents(after, STEP.events, STEP.bytes);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.seq;
      count += rows.length;
      yield rows.map(({ seq, recordedAt, body }) => ({
        id: `i${seq}`,
        at: null,
        recordedAt,
        body,
      }));
    }
    const latest = log.placeBeforeLatest(limit);
    const dated = placeAt(SPAN_MS); // those without a date come first
    yield* this.#byTime(later(BEFORE_ALL, latest), dated);
    yield* this.#byTime(later(placeAt(Math.max(since, SPAN_MS)), latest));
  }

  *#byTime(after: EventPlace, end?: EventPlace): Generator<LogRow[], void, void> {
    const { log } = this.#options;
    for (;;) {
      const rows = log.eventsByTime(after, STEP.events, STEP.bytes)
        .filter(({ hash }) => end === undefined || hash <= end.hash);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last;
      yield rows.map((row) => ({ ...row, id: String(row.seq), place: row }));
    }
  }

  #event(id: string): object | undefined {
    const { log } = this.#options;
    const isInvalid = id.startsWith("i");
    const seq = Number(id.slice(isInvalid ? 1 : 0));
    const [row] = isInvalid ? log.invalidEvents(seq - 1, 1) : log.eventsAfter(seq - 1, 1);
    const event = row?.seq === seq ? parsed(row.body) : undefined;
    return isObject(event) ? event : undefined;
  }
}

/** Why reading ends, if it does. */
function limitReached({ alerts }: BacktestRun, lateMs: number): string | undefined {
  if (alerts >= BACKTEST_LIMITS.alerts) return `reading ended at ${BACKTEST_LIMITS.alerts} alerts`;
  if (lateMs > 0) return `reading ended after ${BACKTEST_LIMITS.timeMs / 1_000} seconds`;
  return undefined;
}

function later(a: EventPlace, b: EventPlace): EventPlace {
  return a.hash > b.hash || (a.hash === b.hash && a.slot > b.slot) ? a : b;
}

/** The body of an item that is not a valid event may have been cut. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

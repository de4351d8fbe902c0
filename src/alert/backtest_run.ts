import { Backtest, type BacktestOptions } from "./backtest.ts";
import { type BacktestReport, backtestReport, compareAlerts } from "./backtest_report.ts";
import type { RuleMatcher } from "./match_rules.ts";

/** Tries one set of rules, or two to compare them, on the same events. */
export class BacktestRun {
  readonly #matcher: RuleMatcher;
  readonly #own: Backtest;
  readonly #other: Backtest | undefined;
  #events = 0;
  #first = Infinity;
  #last = -Infinity;

  /**
   * @param matcher The rules.
   * @param other Other rules, to see what they change; undefined for none.
   * @param options How events are found again.
   */
  constructor(matcher: RuleMatcher, other?: RuleMatcher, options: BacktestOptions = {}) {
    this.#matcher = matcher;
    this.#own = new Backtest(matcher, options);
    this.#other = other && new Backtest(other, options);
  }

  /** How many events there were so far. */
  get events(): number {
    return this.#events;
  }

  /** How many matches there were so far, with the rules that match more. */
  get matches(): number {
    return Math.max(this.#own.matches, this.#other?.matches ?? 0);
  }

  /** How many alerts there are so far, likewise. */
  get alerts(): number {
    return Math.max(this.#own.alerts, this.#other?.alerts ?? 0);
  }

  /** How many inputs of correlations wait for `advance()`, likewise. */
  get waiting(): number {
    return Math.max(this.#own.waiting, this.#other?.waiting ?? 0);
  }

  /** Adds an event, or any other JSON object of the log; `id` is for `eventOf()`. */
  add(event: object, id?: string): void {
    this.#events++;
    const at = this.#own.add(event, id);
    this.#other?.add(event, id);
    if (at === undefined) return;
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
  }

  /** Says that every event before a time has been added, in milliseconds since the Unix epoch. */
  advance(watermark: number): void {
    this.#own.advance(watermark);
    this.#other?.advance(watermark);
  }

  /**
   * Ends the run.
   *
   * @param stopped Why it ends before the events do; null if it does not.
   * @param until The end of the past, in milliseconds since the Unix epoch, or the end of what was
   *   read of it; by default the date of the last event.
   * @returns The report, plain JSON.
   */
  report(stopped: string | null, until: number = this.#last): BacktestReport {
    const own = this.#own.finish(until);
    const others = this.#other?.finish(until);
    const report = backtestReport(this.#matcher, own, {
      events: this.#events,
      from: timeOf(this.#first),
      to: timeOf(this.#last),
      stopped,
    });
    if (others === undefined) return report;
    return { ...report, changes: compareAlerts(own.alerts, others.alerts) };
  }
}

function timeOf(at: number): string | null {
  return Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}

import {
  type CorrelationInput,
  type CorrelationResult,
  type CorrelationTally,
  MemoryStore,
  newTally,
} from "../sigma/engine.ts";
import { identityOf } from "../thousandeyes/event/event_identity.ts";
import { parseDate } from "../thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import type { EventMatch, RuleMatcher } from "./match_rules.ts";
import { alertedForm, readOddEvent, textsIn } from "./read_odd_event.ts";
import { type Suppression, suppressionOf } from "./suppression.ts";
import { type AlertingRule, toAlert } from "./to_alert.ts";
import { shownEvents, toCorrelationAlert } from "./to_correlation_alert.ts";
import { type SigmaEvent, toSigmaEvent } from "./to_sigma_event.ts";

/** How many matches the correlations are given at a time. */
const BATCH = 1_000;

/** An alert that the rules would have made, in brief. */
export interface TriedAlert {
  /** Its id: the same as that of the alert itself, if its event is the same. */
  readonly id: string;
  /** When it happened, in milliseconds since the Unix epoch; null where its event has no date. */
  readonly at: number | null;
  /** The id of its rule, or its title if it has none. */
  readonly ruleId: string;
  /** The title of its rule. */
  readonly title: string;
  /** What happened. */
  readonly summary: string;
  /** How many events caused it. */
  readonly eventCount: number;
  /** What it repeats, and for how long that matters. */
  readonly suppression: Suppression;
}

/** What rules would have done. */
export interface BacktestOutcome {
  /** The alerts, by time; those without a date first. */
  readonly alerts: readonly TriedAlert[];
  /** How many matches correlations could not use, and why. */
  readonly leftOut: CorrelationTally & {
    /** They are of events without a date, which have no place in time. */
    readonly undated: number;
  };
}

/** How a backtest finds events again. */
export interface BacktestOptions {
  /**
   * Finds an event by the id with which it was added; undefined if it is gone. By default the
   * backtest keeps the events that correlations may show.
   */
  readonly eventOf?: (id: string) => object | undefined;
}

/**
 * Tries rules on events of the past: it makes the alerts that they would have made, correlations
 * included, and delivers nothing. Events may come in any order: then what it keeps grows with the
 * matches, so the caller stops at some number of them. If they come in the order of time, `advance()`
 * keeps it small.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "../sigma/parse.ts";
 * import { Backtest } from "./backtest.ts";
 * import { matchRules } from "./match_rules.ts";
 *
 * const { rules, filters } = parseSigma(`
 * title: Failed login
 * logsource: { product: thousandeyes, service: audit }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * `);
 * const backtest = new Backtest(matchRules({ rules, filters }, () => {}));
 * backtest.add({ event: "Login failed.", user: "Ana", date: "2026-11-22T10:00:00Z" });
 * backtest.add({ event: "Logout.", user: "Ana", date: "2026-11-22T10:05:00Z" });
 * const { alerts } = backtest.finish(Date.UTC(2026, 10, 23));
 * assertEquals(alerts.map(({ summary }) => summary), ["Failed login: Ana"]);
 * ```
 */
export class Backtest {
  readonly #matcher: RuleMatcher;
  readonly #eventOf: (id: string) => object | undefined;
  /** The alerts by id: the first with an id is the one that the log would have. */
  readonly #alerts = new Map<string, TriedAlert>();
  readonly #store = new MemoryStore();
  /** Matches that have not been evaluated. */
  #inputs: CorrelationInput[] = [];
  /** Events that correlations may show, as JSON; undefined if the caller finds them. */
  readonly #kept: Map<string, string> | undefined;
  /** How many equal events with an alert there have been, by the hash of their identity. */
  readonly #twins = new Map<string, number>();
  readonly #leftOut = { ...newTally(), undated: 0 };
  #matches = 0;

  /**
   * @param matcher The rules.
   * @param options How events are found again.
   */
  constructor(matcher: RuleMatcher, { eventOf }: BacktestOptions = {}) {
    this.#matcher = matcher;
    const kept = this.#kept = eventOf === undefined ? new Map<string, string>() : undefined;
    this.#eventOf = eventOf ?? ((id) => JSON.parse(kept?.get(id) ?? "null") ?? undefined);
  }

  /** How many matches there were so far. */
  get matches(): number {
    return this.#matches;
  }

  /** How many alerts there are so far. */
  get alerts(): number {
    return this.#alerts.size;
  }

  /** How many inputs of correlations wait for `advance()`. */
  get waiting(): number {
    return this.#inputs.length;
  }

  /**
   * Adds an event.
   *
   * @param event Any JSON object, also one that is not a valid event.
   * @param id Its id, if `eventOf()` finds it.
   * @returns Its date in milliseconds since the Unix epoch; undefined where it has none.
   */
  add(event: object, id?: string): number | undefined {
    const seen = toSigmaEvent(readOddEvent(event));
    const at = dateOf(seen);
    const matches = this.#matcher.match(seen);
    this.#matches += matches.length;
    if (matches.some(({ isSilent }) => isSilent !== true)) this.#alert(event, seen, at, matches);
    if (matches.length > 0) this.#collect(event, seen, at, matches, id);
    return at;
  }

  #alert(
    event: object,
    seen: SigmaEvent,
    at: number | undefined,
    matches: readonly EventMatch[],
  ): void {
    const identity = identityFor(seen);
    const twin = alertId("", identity, 0);
    const occurrence = (this.#twins.get(twin) ?? 0) + 1;
    this.#twins.set(twin, occurrence);
    const shown = alertedForm(event);
    for (const { rule, matched = [], isSilent = false } of matches) {
      if (isSilent) continue;
      const alert = toAlert(rule, shown, { identity, occurrence, at: at ?? null, matched });
      this.#keep(rule, alert, at ?? null);
    }
  }

  #collect(
    event: object,
    seen: SigmaEvent,
    at: number | undefined,
    matches: readonly EventMatch[],
    id: string = String(this.#matches),
  ): void {
    const { correlator } = this.#matcher;
    if (correlator === undefined) return;
    const inputs = at === undefined ? [] : this.#inputs;
    const before = inputs.length;
    correlator.collect({ event: seen, time: at ?? 0, id }, matches, inputs);
    if (inputs.length === before) return;
    if (at === undefined) this.#leftOut.undated++;
    else this.#kept?.set(id, JSON.stringify(alertedForm(event)));
  }

  /**
   * Evaluates the correlations on what has been added, and forgets what they no longer need.
   *
   * @param watermark The time before which every event has been added, in milliseconds since the
   *   Unix epoch; what has to wait for longer is not decided. `-Infinity` where that is not known.
   */
  advance(watermark: number): void {
    const { correlator } = this.#matcher;
    if (correlator === undefined) return;
    const inputs = this.#inputs.sort((a, b) => a.time - b.time);
    this.#inputs = [];
    for (let start = 0; start === 0 || start < inputs.length; start += BATCH) {
      const next = inputs[start + BATCH]?.time ?? Infinity;
      const batch = inputs.slice(start, start + BATCH);
      // In the order of time, so that what has expired can go.
      const { results, tally } = correlator.correlate(
        this.#store,
        batch,
        Math.min(watermark, next) - 1,
      );
      for (const result of results) this.#keep(result.document, this.#alertOf(result), result.last);
      this.#leftOut.late += tally.late;
      this.#leftOut.ungrouped += tally.ungrouped;
      this.#leftOut.valueless += tally.valueless;
      this.#leftOut.dropped += tally.dropped;
    }
  }

  #alertOf(result: CorrelationResult): Alert {
    const events = shownEvents(result).flatMap((id) => {
      const event = this.#eventOf(id);
      return event === undefined ? [] : [{ at: dateOf(readOddEvent(event)) ?? 0, event }];
    }).sort((a, b) => a.at - b.at);
    return toCorrelationAlert(result, {
      events: events.map(({ event }) => ({ id: null, occurrence: 1, event: alertedForm(event) })),
    });
  }

  /** Without the events, which are by far the most of it. */
  #keep(rule: AlertingRule, alert: Alert, at: number | null): void {
    const { id, summary, eventCount, rule: { id: ruleId, title } } = alert;
    if (this.#alerts.has(id)) return;
    const suppression = suppressionOf(rule, alert);
    this.#alerts.set(id, { id, at, ruleId, title, summary, eventCount, suppression });
  }

  /**
   * Ends the backtest.
   *
   * @param until The end of the past, in milliseconds since the Unix epoch: what has to wait for
   *   longer is not decided.
   * @returns The alerts.
   */
  finish(until: number): BacktestOutcome {
    this.advance(until + 1);
    const alerts = [...this.#alerts.values()].sort((a, b) =>
      (a.at ?? 0) - (b.at ?? 0) || (a.id < b.id ? -1 : 1)
    );
    return { alerts, leftOut: this.#leftOut };
  }
}

/** The date of an event as rules see it. */
function dateOf({ date }: Readonly<Record<string, unknown>>): number | undefined {
  return parseDate(textsIn(date)[0] ?? "");
}

/** The identity of an event; an item that is not a valid one is all that it holds. */
function identityFor(seen: Readonly<Record<string, unknown>>): string {
  const { date, ipAddress } = seen;
  const isPlain = [date, ipAddress].every((text) => text === undefined || typeof text === "string");
  return isPlain ? identityOf(seen as UserEvent) : JSON.stringify(seen);
}

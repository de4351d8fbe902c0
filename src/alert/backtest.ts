import {
  type CorrelationInput,
  type CorrelationTally,
  MemoryStore,
  newTally,
} from "../sigma/engine.ts";
import { identityOf } from "../thousandeyes/event/event_identity.ts";
import { parseDate } from "../thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { Alert, AlertEvent } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import type { EventMatch, RuleMatcher } from "./match_rules.ts";
import { alertedForm, readOddEvent, textsIn } from "./read_odd_event.ts";
import { type Suppression, suppressionOf } from "./suppression.ts";
import { type AlertingRule, toAlert } from "./to_alert.ts";
import { shownEvents, toCorrelationAlert } from "./to_correlation_alert.ts";
import { toSigmaEvent } from "./to_sigma_event.ts";

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

/** A matched event, while correlations may need it. */
interface KeptEvent {
  readonly shown: AlertEvent;
  readonly at: number;
}

/**
 * Tries rules on events of the past: it makes the alerts that they would have made, correlations
 * included, and delivers nothing. Events may come in any order.
 *
 * What it keeps grows with the matches, not with the events; the caller stops at a number of its
 * choice, or by `matches`.
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
  readonly #alerts: TriedAlert[] = [];
  readonly #inputs: CorrelationInput[] = [];
  readonly #kept = new Map<string, KeptEvent>();
  /** How many equal events with a match there have been, by the hash of their identity. */
  readonly #twins = new Map<string, number>();
  #matches = 0;
  #undated = 0;

  /** @param matcher The rules. */
  constructor(matcher: RuleMatcher) {
    this.#matcher = matcher;
  }

  /** How many matches there were so far. */
  get matches(): number {
    return this.#matches;
  }

  /**
   * Adds an event.
   *
   * @param event Any JSON object, also one that is not a valid event.
   * @returns Its date in milliseconds since the Unix epoch; undefined where it has none.
   */
  add(event: object): number | undefined {
    const seen = readOddEvent(event);
    const at = parseDate(textsIn(seen.date)[0] ?? "");
    const matches = this.#matcher.match(seen);
    if (matches.length > 0) this.#take(event, seen, at, matches);
    return at;
  }

  #take(
    event: object,
    seen: Readonly<Record<string, unknown>>,
    at: number | undefined,
    matches: readonly EventMatch[],
  ): void {
    this.#matches += matches.length;
    const identity = identityFor(seen);
    const twin = alertId("", identity, 0);
    const occurrence = (this.#twins.get(twin) ?? 0) + 1;
    this.#twins.set(twin, occurrence);
    const shown = alertedForm(event);
    for (const { rule, matched = [], isSilent = false } of matches) {
      if (isSilent) continue;
      const alert = toAlert(rule, shown, { identity, occurrence, at: at ?? null, matched });
      this.#alerts.push(triedAlert(rule, alert, at ?? null));
    }
    const { correlator } = this.#matcher;
    if (correlator === undefined) return;
    const id = String(this.#kept.size + 1);
    const inputs = at === undefined ? [] : this.#inputs;
    const before = inputs.length;
    correlator.collect({ event: toSigmaEvent(seen), time: at ?? 0, id }, matches, inputs);
    if (inputs.length === before) return;
    if (at === undefined) this.#undated++;
    else this.#kept.set(id, { shown: { id: null, occurrence, event: shown }, at });
  }

  /**
   * Evaluates the correlations.
   *
   * @param until The end of the past, in milliseconds since the Unix epoch: what has to wait for
   *   longer is not decided.
   * @returns The alerts.
   */
  finish(until: number): BacktestOutcome {
    const { correlator } = this.#matcher;
    const alerts = new Map(this.#alerts.map((alert) => [alert.id, alert]));
    const leftOut = { ...newTally(), undated: this.#undated };
    if (correlator !== undefined) {
      const store = new MemoryStore();
      const inputs = this.#inputs.sort((a, b) => a.time - b.time);
      for (let start = 0; start === 0 || start < inputs.length; start += BATCH) {
        const next = inputs[start + BATCH]?.time;
        // In the order of time, so that what has expired can go.
        const watermark = Math.min(until, next === undefined ? until : next - 1);
        const batch = inputs.slice(start, start + BATCH);
        const { results, tally } = correlator.correlate(store, batch, watermark);
        for (const result of results) {
          const events = shownEvents(result).flatMap((id) => this.#kept.get(id) ?? [])
            .sort((a, b) => a.at - b.at).map(({ shown }) => shown);
          const alert = toCorrelationAlert(result, { events });
          alerts.set(alert.id, triedAlert(result.document, alert, result.last));
        }
        leftOut.late += tally.late;
        leftOut.ungrouped += tally.ungrouped;
        leftOut.valueless += tally.valueless;
        leftOut.dropped += tally.dropped;
      }
    }
    const sorted = [...alerts.values()].sort((a, b) =>
      (a.at ?? 0) - (b.at ?? 0) || (a.id < b.id ? -1 : 1)
    );
    return { alerts: sorted, leftOut };
  }
}

/** Without the events, which are by far the most of it. */
function triedAlert(rule: AlertingRule, alert: Alert, at: number | null): TriedAlert {
  const { id, summary, eventCount } = alert;
  const suppression = suppressionOf(rule, alert);
  const { id: ruleId, title } = alert.rule;
  return { id, at, ruleId, title, summary, eventCount, suppression };
}

/** The identity of an event; an item that is not a valid one is all that it holds. */
function identityFor(seen: Readonly<Record<string, unknown>>): string {
  const { date, ipAddress } = seen;
  const isPlain = [date, ipAddress].every((text) => text === undefined || typeof text === "string");
  return isPlain ? identityOf(seen as UserEvent) : JSON.stringify(seen);
}

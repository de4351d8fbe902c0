import { ruleIdOf } from "./named_rules.ts";
import { historyOf, type SigmaCorrelation, type SigmaRule } from "../sigma/engine.ts";
import { type AlertLevel, alertLevelOf } from "./alert.ts";
import type { BacktestOutcome, TriedAlert } from "./backtest.ts";
import type { RuleMatcher } from "./match_rules.ts";
import { Tally, type Top } from "./tally.ts";
import { type FoldWindow, isFolded } from "./suppression.ts";

/** How many alerts of a rule are shown. */
const MAX_EXAMPLES = 3;
/** How many groups of a rule are told apart, and how many of them are shown. */
const GROUPS = { apart: 1_000, shown: 5 };

/** One alert, in a line. */
export interface AlertExample {
  /** Its id. */
  readonly id: string;
  /** The date of its last event, ISO 8601; null if that has none. */
  readonly at: string | null;
  /** What happened. */
  readonly summary: string;
  /** How many events caused it. */
  readonly eventCount: number;
}

/** What one rule would have done. */
export interface RuleReport {
  /** Its id, or its title if it has none. */
  readonly id: string;
  /** Its title. */
  readonly title: string;
  /** Its level. */
  readonly level: AlertLevel;
  /** How many alerts it would have made. */
  readonly alerts: number;
  /** How many of them repeat an earlier one, so that suppression would have folded them. */
  readonly folded: number;
  /** The alerts by day, in UTC; those without a date are under `no date`. */
  readonly days: Readonly<Record<string, number>>;
  /** Who or what they are about, most frequent first. */
  readonly groups: Top;
  /** The latest of them. */
  readonly examples: readonly AlertExample[];
}

/** What another set of rules would have done otherwise. */
export interface RuleChange {
  /** The rule's id, or its title if it has none. */
  readonly id: string;
  /** Its title. */
  readonly title: string;
  /** How many alerts it makes with the rules that were tried, and with the others. */
  readonly alerts: number;
  readonly otherAlerts: number;
  /** How many alerts only the other rules make, and the latest of them. */
  readonly added: number;
  readonly addedExamples: readonly AlertExample[];
  /** How many alerts the other rules no longer make, and the latest of them. */
  readonly removed: number;
  readonly removedExamples: readonly AlertExample[];
}

/** What rules would have done, for people and programs. */
export interface BacktestReport {
  /** How many events were looked at. */
  readonly events: number;
  /** The dates of the first and the last of them, ISO 8601; null if none has a date. */
  readonly from: string | null;
  readonly to: string | null;
  /** Why reading ended before the events did; null if it did not. */
  readonly stopped: string | null;
  /** How many alerts there would have been. */
  readonly alerts: number;
  /** How many of them repeat an earlier one, so that suppression would have folded them. */
  readonly folded: number;
  /** One entry for each rule and correlation, those with the most alerts first. */
  readonly rules: readonly RuleReport[];
  /** How many matches correlations could not use, and why. */
  readonly leftOut: BacktestOutcome["leftOut"];
  /** What another set of rules changes; absent if there is none. */
  readonly changes?: readonly RuleChange[];
}

/** The events that were looked at. */
export type BacktestFacts = Pick<BacktestReport, "events" | "from" | "to" | "stopped">;

/**
 * Reports what rules would have done.
 *
 * @param matcher The rules, so that those without an alert are named as well.
 * @param outcome What they have done.
 * @param facts The events.
 * @returns The report, plain JSON.
 */
export function backtestReport(
  { rules, correlator }: Pick<RuleMatcher, "rules" | "correlator">,
  { alerts, leftOut }: BacktestOutcome,
  facts: BacktestFacts,
): BacktestReport {
  const byRule = alertsByRule(alerts);
  const folded = foldedAlerts(alerts);
  const alerting = [...rules, ...correlator?.correlations ?? []]
    .filter((rule) =>
      correlator?.alertsAlone(rule) !== false || historyOf(rule) !== undefined ||
      byRule.has(ruleIdOf(rule))
    );
  const reports = alerting.map((rule) =>
    ruleReport(rule, byRule.get(ruleIdOf(rule)) ?? [], folded)
  );
  return {
    ...facts,
    alerts: alerts.length,
    folded: folded.size,
    rules: reports.sort((a, b) => b.alerts - a.alerts || (a.title < b.title ? -1 : 1)),
    leftOut,
  };
}

/**
 * Compares what two sets of rules would have done with the same events. An alert is the same if its
 * id is: rule and event, or correlation, group and slot of time.
 *
 * @param alerts The alerts of the rules that were tried.
 * @param others The alerts of the other rules.
 * @returns The rules whose alerts differ, the greatest difference first.
 */
export function compareAlerts(
  alerts: readonly TriedAlert[],
  others: readonly TriedAlert[],
): RuleChange[] {
  const before = alertsByRule(alerts);
  const after = alertsByRule(others);
  const changes = [...new Set([...before.keys(), ...after.keys()])].map((id): RuleChange => {
    const [own, other] = [before.get(id) ?? [], after.get(id) ?? []];
    const added = without(other, own);
    const removed = without(own, other);
    return {
      id,
      title: (other[0] ?? own[0])?.title ?? id,
      alerts: own.length,
      otherAlerts: other.length,
      added: added.length,
      addedExamples: examplesOf(added),
      removed: removed.length,
      removedExamples: examplesOf(removed),
    };
  });
  return changes.filter(({ added, removed }) => added + removed > 0)
    .sort((a, b) => b.added + b.removed - a.added - a.removed);
}

function alertsByRule(alerts: readonly TriedAlert[]): Map<string, TriedAlert[]> {
  return Map.groupBy(alerts, ({ ruleId }) => ruleId);
}

function without(alerts: readonly TriedAlert[], others: readonly TriedAlert[]): TriedAlert[] {
  const ids = new Set(others.map(({ id }) => id));
  return alerts.filter(({ id }) => !ids.has(id));
}

function ruleReport(
  rule: SigmaRule | SigmaCorrelation,
  alerts: readonly TriedAlert[],
  folded: ReadonlySet<TriedAlert>,
): RuleReport {
  const days: Record<string, number> = {};
  const groups = new Tally(GROUPS.apart);
  for (const { at, suppression: { group } } of alerts) {
    const day = at === null ? "no date" : new Date(at).toISOString().slice(0, 10);
    days[day] = (days[day] ?? 0) + 1;
    groups.add(group.map(({ value }) => value).filter((value) => value !== "").join(", ") || "all");
  }
  return {
    id: ruleIdOf(rule),
    title: rule.title,
    level: alertLevelOf(rule.level),
    alerts: alerts.length,
    folded: alerts.filter((alert) => folded.has(alert)).length,
    days,
    groups: groups.top(GROUPS.shown),
    examples: examplesOf(alerts),
  };
}

/** The alerts that suppression would have folded, had each been recorded when it happened. */
function foldedAlerts(alerts: readonly TriedAlert[]): Set<TriedAlert> {
  const windows = new Map<string, FoldWindow>();
  return new Set(alerts.filter(({ at, suppression: { key, forMs } }) => {
    if (at === null || forMs === 0) return false;
    if (isFolded(windows.get(key), at, forMs)) return true;
    windows.set(key, { openedAt: at, endsAt: at + forMs });
    return false;
  }));
}

function examplesOf(alerts: readonly TriedAlert[]): AlertExample[] {
  return alerts.slice(-MAX_EXAMPLES).map(({ id, at, summary, eventCount }) => ({
    id,
    at: at === null ? null : new Date(at).toISOString(),
    summary,
    eventCount,
  }));
}

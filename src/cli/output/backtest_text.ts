import type {
  AlertExample,
  BacktestReport,
  RuleChange,
  RuleReport,
} from "../../alert/backtest_report.ts";
import { counted, paint, printable } from "./terminal.ts";
import { type Column, textTable } from "./text_table.ts";

/** How many days of a rule are listed. */
const MAX_DAYS = 14;

const RULES: readonly Column[] = [
  { heading: "alerts", max: 12, isNumeric: true },
  { heading: "folded", max: 12, isNumeric: true },
  { heading: "days", max: 6, isNumeric: true },
  { heading: "level", max: 13 },
  { heading: "rule", max: 100 },
];

const CHANGES: readonly Column[] = [
  { heading: "before", max: 12, isNumeric: true },
  { heading: "after", max: 12, isNumeric: true },
  { heading: "added", max: 12, isNumeric: true },
  { heading: "removed", max: 12, isNumeric: true },
  { heading: "rule", max: 100 },
];

/**
 * Writes a backtest for people: a table of the rules, then each rule with its days, groups and
 * latest alerts, then what other rules change.
 *
 * @param report The report.
 * @returns Its lines, safe for a terminal.
 */
export function backtestText(report: BacktestReport): string[] {
  const { rules, changes } = report;
  const table = textTable(
    RULES,
    rules.map(({ alerts, folded, days, level, title }) => [
      alerts,
      folded,
      Object.keys(days).length,
      level,
      title,
    ]),
  );
  return [
    ...table,
    ...rules.filter(({ alerts }) => alerts > 0).flatMap(ruleLines),
    ...(changes === undefined ? [] : changeLines(changes)),
  ];
}

/**
 * A backtest in one line.
 *
 * @param report The report.
 */
export function backtestSummary(
  { events, from, to, stopped, alerts, folded, rules, leftOut }: BacktestReport,
): string {
  const { late, dropped, ...incomplete } = leftOut;
  const unusable = incomplete.undated + incomplete.ungrouped + incomplete.valueless;
  const time = from === null || to === null ? "" : ` from ${minuteOf(from)} to ${minuteOf(to)}`;
  return [
    `${counted(alerts, "alert")} of ${counted(rules.length, "rule")} in ${
      counted(events, "event")
    }${time}`,
    ...(folded > 0 ? [`${folded} of them folded as repeats`] : []),
    ...(unusable > 0 ? [`${counted(unusable, "match")} without what a correlation needs`] : []),
    ...(late + dropped > 0 ? [`${counted(late + dropped, "match")} beyond the limits`] : []),
    ...(stopped === null ? [] : [`incomplete: ${stopped}`]),
    "nothing was delivered",
  ].join("; ");
}

function ruleLines({ title, level, alerts, folded, days, groups, examples }: RuleReport): string[] {
  const entries = Object.entries(days).sort(([a], [b]) => a < b ? -1 : 1);
  const shown = entries.slice(-MAX_DAYS).map(([day, count]) =>
    `${day.replace(/^\d{4}-/, "")} ${count}`
  );
  const earlier = entries.length - shown.length;
  const { top, different, more } = groups;
  const named = top.map(({ value, count }) => `${printable(value, 60)} (${count})`);
  const others = different - top.length;
  return [
    "",
    `${paint("bold", printable(title))}: ${counted(alerts, "alert")}, ${
      folded > 0 ? `${folded} folded as repeats, ` : ""
    }${level}`,
    `  by day    ${earlier > 0 ? `${counted(earlier, "earlier day")}, ` : ""}${shown.join(", ")}`,
    `  by group  ${named.join(", ")}${others > 0 ? `, ${others}${more ? "+" : ""} more` : ""}`,
    ...examples.map((example) => `  ${exampleLine(example)}`),
  ];
}

function changeLines(changes: readonly RuleChange[]): string[] {
  if (changes.length === 0) return ["", "The other rules make the same alerts."];
  return [
    "",
    paint("bold", "What the other rules change:"),
    ...textTable(
      CHANGES,
      changes.map(({ alerts, otherAlerts, added, removed, title }) => [
        alerts,
        otherAlerts,
        added,
        removed,
        title,
      ]),
    ),
    ...changes.flatMap(({ addedExamples, removedExamples }) => [
      ...addedExamples.map((example) => paint("green", `+ ${exampleLine(example)}`)),
      ...removedExamples.map((example) => paint("red", `- ${exampleLine(example)}`)),
    ]),
  ];
}

function exampleLine({ at, summary }: AlertExample): string {
  return `${at === null ? "no date" : minuteOf(at)}  ${printable(summary, 300)}`;
}

function minuteOf(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}

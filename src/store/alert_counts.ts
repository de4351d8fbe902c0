import type { Alert } from "../alert/alert.ts";
import type { Columns, Sql } from "./sql.ts";

/** How many alerts of one rule and level have been recorded since the log was created. */
export interface AlertCount {
  /** The id of the rule, as alerts have it; `other` for rules that have no count of their own. */
  readonly rule: string;
  /** The level of the alerts. */
  readonly level: string;
  /** How many alerts. */
  readonly alerts: number;
  /** When the last one was recorded, in milliseconds since the Unix epoch. */
  readonly lastAt: number;
}

/** At most so many rules and levels are counted separately, which bounds the number of metrics. */
const MAX_COUNTS = 1_000;
/** Nor are ids above this length counted separately: they usually have 36 characters. */
const MAX_RULE_LENGTH = 256;
/** Counts the alerts of all rules that are not counted separately. */
const OTHER = "other";

/**
 * Counts alerts by rule and level. It has to run in the transaction that stores them: retention
 * removes alerts, and their counts stay.
 *
 * @param sql The database.
 * @param added Alerts that were not stored before.
 * @param now Milliseconds since the Unix epoch.
 */
export function countAlerts(sql: Sql, added: readonly Alert[], now: number): void {
  const byRule = Map.groupBy(added, ({ rule }) => rule.id);
  for (const [rule, alertsOfRule] of byRule) {
    const byLevel = Map.groupBy(alertsOfRule, ({ level }) => level);
    for (const [level, { length }] of byLevel) {
      const counted = isCounted(sql, rule, level) ? rule : OTHER;
      sql.run(
        `INSERT INTO alert_counts (rule, level, alerts, last_at) VALUES (?, ?, ?, ?)
          ON CONFLICT (rule, level)
          DO UPDATE SET alerts = alerts + excluded.alerts, last_at = excluded.last_at`,
        counted,
        level,
        length,
        now,
      );
    }
  }
}

/** Whether a rule and level are counted separately, or can be from now on. */
function isCounted(sql: Sql, rule: string, level: string): boolean {
  if (rule.length > MAX_RULE_LENGTH) return false;
  const [known] = sql.all(
    `SELECT 1 FROM alert_counts WHERE rule = ? AND level = ?`,
    rule,
    level,
  );
  if (known !== undefined) return true;
  const [row] = sql.all<{ n: number }>(`SELECT COUNT(*) AS n FROM alert_counts`);
  return (row?.n ?? 0) < MAX_COUNTS;
}

/** Reads the counts by rule and level. */
export function alertCounts(sql: Sql): AlertCount[] {
  return sql.all<Columns<AlertCount>>(
    `SELECT rule, level, alerts, last_at AS lastAt FROM alert_counts ORDER BY rule, level`,
  );
}

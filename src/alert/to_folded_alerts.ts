import type { Alert, AlertGroup, FoldedAlerts } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import { foldedSummary } from "./summary.ts";

/** What is remembered of an alert that opened a window, for the message that closes it. */
export interface FoldedAbout extends Pick<Alert, "level"> {
  /** The rule. */
  readonly rule: Pick<Alert["rule"], "id" | "title">;
  /** The group. */
  readonly group: readonly AlertGroup[];
  /** The name of its source; absent if it has none. */
  readonly source?: string | undefined;
}

/** A window that is closed, with what was folded into it. */
export interface ClosedWindow {
  /** The name of the endpoint. */
  readonly endpoint: string;
  /** The id of the message that opened it. */
  readonly first: string;
  /** The id of the last alert that was folded. */
  readonly last: string;
  /** How many were folded; at least one. */
  readonly count: number;
  /** When it was opened, in milliseconds since the Unix epoch. */
  readonly openedAt: number;
  /** When it is closed, likewise. */
  readonly closedAt: number;
}

/**
 * Makes the message that closes a window.
 *
 * @param about The alert that opened it.
 * @param window What was folded.
 * @returns The message, plain JSON.
 */
export function toFoldedAlerts(
  { level, rule, group, source }: FoldedAbout,
  { endpoint, first, last, count, openedAt, closedAt }: ClosedWindow,
): FoldedAlerts {
  return {
    version: 1,
    id: alertId(rule.id, JSON.stringify(["folded", endpoint, first, last]), count),
    ...(source !== undefined && { source }),
    level,
    summary: foldedSummary(rule.title, group, count, Math.max(0, closedAt - openedAt)),
    rule,
    group,
    count,
    first,
    last,
    from: new Date(openedAt).toISOString(),
    until: new Date(Math.max(openedAt, closedAt)).toISOString(),
  };
}

import { panoptesOf } from "../sigma/panoptes_field.ts";
import type { Alert, AlertGroup, AlertLevel } from "./alert.ts";
import { alertId } from "./alert_id.ts";
import { fieldTexts } from "./field_texts.ts";
import type { AlertingRule } from "./to_alert.ts";
import { toSigmaEvent } from "./to_sigma_event.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/**
 * For how long repeats are folded if a rule says nothing, in milliseconds: as long as people can do
 * without news of it. What is critical always notifies.
 */
export const SUPPRESS_BY_LEVEL: Readonly<Record<AlertLevel, number>> = {
  informational: DAY,
  low: DAY,
  medium: 60 * MINUTE,
  high: 15 * MINUTE,
  critical: 0,
};

/** The maximum length of a value in the group of a message, in UTF-16 units. */
const MAX_VALUE = 200;

/** A clock may be set back by less than this, in milliseconds, without a window ending. */
const CLOCK_SLACK_MS = MINUTE;

/** Which alerts an alert repeats, and for how long that matters. */
export interface Suppression {
  /** The rule and the values of its group, as a hash: equal for alerts that repeat one another. */
  readonly key: string;
  /** The fields of the group with their values, cut. */
  readonly group: readonly AlertGroup[];
  /** For how long after the first alert the others are folded, in milliseconds; 0 for never. */
  readonly forMs: number;
}

/** A group whose first alert has notified. */
export interface FoldWindow {
  /** When it did, in milliseconds since the Unix epoch. */
  readonly openedAt: number;
  /** Until when others are folded, likewise. */
  readonly endsAt: number;
}

/**
 * What an alert repeats, by its rule's `panoptes.suppress` or else by its level.
 *
 * Alerts about the past are a group of their own: news is never folded into them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { suppressionOf } from "./suppression.ts";
 * import { toAlert } from "./to_alert.ts";
 *
 * const rule = { title: "Failed login", level: "medium", custom: {} };
 * const alert = toAlert(rule, { user: "Ana" }, { identity: "[]", occurrence: 1 });
 * const { group, forMs } = suppressionOf(rule, alert);
 * assertEquals([group, forMs], [[{ field: "user", value: "Ana" }], 3_600_000]);
 * ```
 *
 * @param rule The rule, or the correlation.
 * @param alert Its alert.
 * @param isByDefault Whether a rule that says nothing suppresses by its level; default true.
 * @returns The group and the time.
 */
export function suppressionOf(
  rule: Pick<AlertingRule, "custom">,
  alert: Alert,
  isByDefault = true,
): Suppression {
  const { suppress } = panoptesOf(rule.custom);
  const given = suppress === false ? undefined : suppress;
  const byLevel = isByDefault ? SUPPRESS_BY_LEVEL[alert.level] : 0;
  const by = given?.by ?? alert.group?.map(({ field }) => field) ?? ["user"];
  const values = by.map((field) => valuesOf(alert, field));
  return {
    key: alertId(alert.rule.id, JSON.stringify([alert.backfilled, by, values]), 0),
    group: by.map((field, index) => ({
      field,
      value: (values[index] ?? []).join(", ").slice(0, MAX_VALUE),
    })),
    forMs: suppress === false ? 0 : given?.forMs ?? byLevel,
  };
}

/**
 * Whether an alert is folded into a window, and does not notify. The time is when alerts are
 * recorded, not their events' dates: so events that come late or in any order cannot make more
 * messages than others.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isFolded } from "./suppression.ts";
 *
 * const window = { openedAt: 0, endsAt: 3_600_000 };
 * assert(isFolded(window, 3_599_999, 3_600_000));
 * assert(!isFolded(window, 3_600_000, 3_600_000));
 * assert(!isFolded(undefined, 0, 3_600_000));
 * ```
 *
 * @param window The window of the group; undefined if none is open.
 * @param now When the alert is recorded, in milliseconds since the Unix epoch.
 * @param forMs For how long repeats are folded now, in milliseconds: the rule may have changed.
 * @returns True if it is folded; otherwise it notifies, and opens a window if `forMs` is not 0.
 */
export function isFolded<Window extends FoldWindow>(
  window: Window | undefined,
  now: number,
  forMs: number,
): window is Window {
  if (window === undefined) return false;
  const { openedAt, endsAt } = window;
  // One from a clock that was ahead would last until that clock is right.
  return now >= openedAt - CLOCK_SLACK_MS && now < Math.min(endsAt, openedAt + forMs);
}

/** The values that a field has in an alert, each once, sorted: of its group, or of its events. */
function valuesOf({ group, events }: Alert, field: string): string[] {
  const common = group?.find((one) => one.field === field);
  if (common !== undefined) return [common.value];
  const texts = events.flatMap(({ event }) => fieldTexts(toSigmaEvent(event), field));
  return [...new Set(texts)].sort();
}

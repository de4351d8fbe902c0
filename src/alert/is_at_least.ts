import { ALERT_LEVELS, type AlertLevel } from "./alert.ts";

/**
 * Whether a level is as grave as another, or graver.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isAtLeast } from "./is_at_least.ts";
 *
 * assert(isAtLeast("high", "medium"));
 * assert(!isAtLeast("low", "medium"));
 * ```
 *
 * @param level The level in question.
 * @param lowest The lowest level that will do.
 * @returns True if `level` is `lowest` or above.
 */
export function isAtLeast(level: AlertLevel, lowest: AlertLevel): boolean {
  return ALERT_LEVELS.indexOf(level) >= ALERT_LEVELS.indexOf(lowest);
}

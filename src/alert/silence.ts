import type { Alert } from "./alert.ts";
import { valuesOf } from "./suppression.ts";

/** What holds back the notifications of some alerts for a time; times as ISO 8601 strings. */
export interface Silence {
  /** Its id. */
  readonly id: string;
  /** The id or title of the rule; null for every rule. */
  readonly rule: string | null;
  /** For each field, the values of which an alert must have one. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** When it ends. */
  readonly until: string;
  /** The name of the token that made it. */
  readonly by: string;
  /** Why. */
  readonly reason: string;
  /** When it was made. */
  readonly createdAt: string;
}

/**
 * Whether a silence holds back an alert: its rule is the one that is named, and each of the fields
 * has one of the values, in every event. Letter case does not count.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { silences } from "./silence.ts";
 * import { toAlert } from "./to_alert.ts";
 *
 * const alert = toAlert({ title: "Failed login" }, { user: "Ana" }, { identity: "[]", occurrence: 1 });
 * assert(silences({ rule: "Failed login", fields: { user: ["ana", "bob"] } }, alert));
 * assert(!silences({ rule: null, fields: { ipAddress: ["192.0.2.44"] } }, alert));
 * ```
 *
 * @param silence The silence; whether it has ended is up to the caller.
 * @param alert The alert.
 * @returns True if nobody is to be notified.
 */
export function silences(
  { rule, fields }: Pick<Silence, "rule" | "fields">,
  alert: Alert,
): boolean {
  if (rule !== null && rule !== alert.rule.id && rule !== alert.rule.title) return false;
  return Object.entries(fields).every(([field, wanted]) => {
    const found = valuesOf(alert, field);
    return found.length > 0 && found.every((value) => wanted.some((one) => isSame(one, value)));
  });
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

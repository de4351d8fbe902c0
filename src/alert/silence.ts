import type { Alert } from "./alert.ts";
import { fieldTexts } from "./field_texts.ts";
import { toSigmaEvent } from "./to_sigma_event.ts";

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
 * has one of the values, in its group or else in every event. What cannot be seen is not held back.
 * Letter case does not count.
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
    const found = certainTexts(alert, field);
    return found.length > 0 && found.every((value) => wanted.some((one) => isSame(one, value)));
  });
}

/** All texts of a field behind an alert; none if one of its events lacks it or is not shown. */
function certainTexts({ group = [], events, eventCount }: Alert, field: string): string[] {
  const same = group.find((one) => one.field === field);
  if (same !== undefined) return [same.value];
  // Those who have the user in common have the address in it in common.
  const common = Object.fromEntries(group.map(({ field, value }) => [field, value]));
  const derived = fieldTexts(toSigmaEvent(common), field);
  if (derived.length > 0) return derived;
  if (events.length < eventCount) return [];
  const texts = events.map(({ event }) => fieldTexts(toSigmaEvent(event), field));
  return texts.every(({ length }) => length > 0) ? texts.flat() : [];
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

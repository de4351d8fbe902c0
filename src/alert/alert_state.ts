/** The states of an alert; see {@linkcode AlertState}. */
export const ALERT_STATES = ["open", "acknowledged", "closed"] as const;

/**
 * What people have made of an alert.
 *
 * - `open`: nobody has said anything, or it was opened again.
 * - `acknowledged`: somebody is handling it.
 * - `closed`: it is dealt with.
 */
export type AlertState = typeof ALERT_STATES[number];

/** Who put an alert into a state, and when. */
export interface AlertChange {
  /** The state. */
  readonly state: AlertState;
  /** The name of the token. */
  readonly by: string;
  /** When, as an ISO 8601 string. */
  readonly at: string;
  /** What else they said; null if nothing. */
  readonly note: string | null;
}

/** How many changes are kept of an alert, the latest ones. */
const MAX_CHANGES = 20;

/**
 * Adds a change, unless the latest says the same: a request that is repeated changes nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withChange } from "./alert_state.ts";
 *
 * const change = { state: "closed", by: "ana", at: "2026-11-22T10:00:00.000Z", note: null } as const;
 * const history = withChange([], change);
 * assertEquals(withChange(history, { ...change, at: "2026-11-22T10:00:01.000Z" }), [change]);
 * ```
 *
 * @param history The changes so far, oldest first.
 * @param change The change.
 * @returns The latest 20 changes.
 */
export function withChange(
  history: readonly AlertChange[],
  change: AlertChange,
): readonly AlertChange[] {
  const last = history.at(-1);
  const isSame = last?.state === change.state && last.by === change.by && last.note === change.note;
  return isSame ? history : [...history, change].slice(-MAX_CHANGES);
}

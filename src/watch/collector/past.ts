import type { WatchOptions } from "../watch_options.ts";
import { clockDifference } from "./api_clock.ts";
import type { CollectorState, Pass } from "./state.ts";

/**
 * Tells whether an event is past: its alerts are recorded, but wake up nobody.
 *
 * An event is past if it happened before the log began, or before the log was fed again after
 * other settings: so neither the first run nor another `TE_AID` delivers old alerts. It is also
 * past if it is older than `maxAlertAgeMs` when it is recorded. An event that a pause or a late
 * publication has delayed by less is news.
 *
 * @param state The state, with what is known of the API's clock, which dates events.
 * @param pass The pass that has found it.
 * @param at Its date in milliseconds since the Unix epoch; null where it has none: then it
 *   happened by the end of the pass.
 * @param now Milliseconds since the Unix epoch.
 * @param options From which age it is past.
 * @param knownAt When it could be known at the earliest, if that is later than its date: so the
 *   end of the window, for a correlation that waits for it.
 * @returns True if it is past.
 */
export function isPast(
  state: CollectorState,
  { to }: Pick<Pass, "to">,
  at: number | null,
  now: number,
  { maxAlertAgeMs }: Pick<WatchOptions, "maxAlertAgeMs">,
  knownAt: number = at ?? to,
): boolean {
  const { fedSince: byOurClock = -Infinity, apiClock } = state;
  // Events are dated by the API's clock.
  const fedSince = byOurClock + (apiClock === undefined ? 0 : clockDifference(state) ?? 0);
  const isBefore = at === null ? to <= fedSince : at < fedSince;
  return isBefore || now - knownAt > maxAlertAgeMs;
}

import { HOUR, MINUTE, type Plan } from "./plan.ts";
import type { Published } from "./published.ts";
import type { World } from "./world.ts";

/** What a sweep may need from when it is due until it is done. */
const SLACK_MS = HOUR;

/**
 * Whether the log owes us an event: the API showed it for long enough that a reader who loses nothing has
 * it. What is not owed may be in the log, but not more often than it was published.
 *
 * @param plan The run.
 * @param one The row of the API.
 * @param world From which date on the program was to ask, and what the log has removed since.
 */
export function isOwed(
  { kinds, start, calm, end, options }: Plan,
  { at, visibleAt }: Published,
  { askedFrom, books }: World,
): boolean {
  if (at < askedFrom || visibleAt > end - SLACK_MS) return false;
  // Too small a log refuses what is as old as what it had to remove.
  if (kinds.has("bytes") && at <= books.floor) return false;
  // A sweep that began after all faults were over has read it.
  const { everyMs, reachMs } = options.daySweep;
  const sweptAt = calm + everyMs + Math.min(SLACK_MS, everyMs / 4);
  if (at >= sweptAt - reachMs) return true;
  // Older ones: from an API that does not hide things, by a clock that is right.
  if (kinds.has("lies") || kinds.has("clock")) return false;
  return visibleAt <= start || visibleAt - at <= options.overlapMs - MINUTE / 2;
}

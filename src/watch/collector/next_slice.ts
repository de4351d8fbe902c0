import { wholeSecond } from "../../stream/clock.ts";
import type { CollectorState, Reading, ReadingKind } from "./state.ts";
import { earlierNow } from "./rate_share.ts";

/**
 * Goes on behind a slice that is done with; behind the last one the reading ends.
 *
 * @param state The state.
 * @param kind The reading.
 * @param reading The same, as it is now.
 * @param end Where the slice ended, the time, and when to poll next if that was the last of a live reading.
 */
export function nextSlice(
  state: CollectorState,
  kind: ReadingKind,
  reading: Reading,
  { to, now, nextPollAt }: { to: number; now: number; nextPollAt: number },
): CollectorState {
  const isLive = kind === "live";
  const lowWater = isLive
    ? Math.max(state.lowWater, Math.min(to, wholeSecond(earlierNow(state.requests, now))))
    : state.lowWater;
  const { [kind]: _, ...readings } = state.readings;
  if (to >= reading.to) {
    return { ...state, lowWater, readings, nextPollAt: isLive ? nextPollAt : state.nextPollAt };
  }
  const next: Reading = { ...reading, at: to, pass: null, checks: null, restarts: 0, stuck: 0 };
  return { ...state, lowWater, readings: { ...readings, [kind]: next } };
}

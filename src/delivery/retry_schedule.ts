const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The delay before each attempt, in milliseconds: ten attempts over 75 h 35 m 5 s, as the Standard
 * Webhooks specification suggests (section "Deliverability and reliability").
 */
export const RETRY_SCHEDULE: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/**
 * The longest delay that Retry-After can ask for, in milliseconds, unless the schedule's own is
 * longer.
 */
const MAX_RETRY_AFTER = HOUR;

/** How far a delay may deviate from the schedule, up or down, as a fraction of it. */
const JITTER = 0.2;

/**
 * Computes how long to wait before the next attempt.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { retryDelay } from "./retry_schedule.ts";
 *
 * const random = () => 0.5; // the middle: no jitter
 * assertEquals(retryDelay({ round: 1, random }), 5_000);
 * assertEquals(retryDelay({ round: 2, random, retryAfterMs: 600_000 }), 660_000);
 * assertEquals(retryDelay({ round: 10, random }), undefined);
 * ```
 *
 * @param options `round` is how many attempts have been made since the message was queued;
 *   `schedule` the delays in milliseconds; `retryAfterMs` what the receiver asked for; `random`
 *   gives [0, 1).
 * @returns Milliseconds: the schedule's delay +-20 %, or what the receiver asked for if that is
 *   longer, up to one hour or twice the schedule's delay. Undefined if no attempts are left.
 */
export function retryDelay(
  { round, schedule = RETRY_SCHEDULE, retryAfterMs, random }: {
    round: number;
    schedule?: readonly number[];
    retryAfterMs?: number | undefined;
    random: () => number;
  },
): number | undefined {
  const delay = schedule[round];
  if (delay === undefined) return undefined;
  const chance = random();
  const base = delay * (1 - JITTER + 2 * JITTER * chance);
  if (retryAfterMs === undefined) return Math.round(base);
  // Never sooner than asked, and not all messages at the same moment.
  const asked = retryAfterMs * (1 + JITTER * chance);
  return Math.round(Math.min(Math.max(asked, base), Math.max(2 * base, MAX_RETRY_AFTER)));
}

import type { RateLimit } from "../../thousandeyes/errors/rate_limit.ts";
import type { WatchOptions } from "../watch_options.ts";

/** The requests of the present rate window, ours and what the API says of everybody's. */
export interface RequestCount {
  /** Requests that we have made in it. */
  readonly used: number;
  /** What the whole organisation may make in it, where the API said so. */
  readonly limit: number | null;
  /** What is left of it to the whole organisation, where the API said so. */
  readonly remaining: number | null;
  /** When it ends, in milliseconds since the Unix epoch; null before the first request. */
  readonly resetAt: number | null;
  /** How far ahead of our clock the last reset was, in milliseconds: 0 to 60,000 where the clocks agree. */
  readonly resetAheadMs: number | null;
  /** When the API told that, by our clock, in milliseconds since the Unix epoch; null if it never did. */
  readonly toldAt: number | null;
}

/** Clocks differ: we ask again only so long after the end of the window. */
const SKEW_MS = 1_000;
/** The API counts by the minute; a reset that is further away than this is not believed. */
const LONGEST_WINDOW_MS = 65_000;
/** A reset that is later than the one before by less is the same one, counted in whole seconds from another moment. */
const NEXT_WINDOW_MS = 30_000;
/** A difference that no network explains. */
const CLOCK_OFF_MS = 600_000;
/** What of our own share the readings that can wait leave to the live one. */
const PATIENT_SHARE = 0.8;

/**
 * How long a request has to wait so that the organisation's other tools keep their share of the rate limit.
 *
 * A live request goes by our own share alone. One that can wait also stops when others have left less than
 * their reserve, and leaves a fifth of our share to the live ones.
 *
 * @param count The requests so far.
 * @param live Whether the request is for what is new.
 * @param now Milliseconds since the Unix epoch.
 * @param options The share that is left to others, and the limit where the API names none.
 * @returns Milliseconds; 0 if there is room.
 */
export function waitForShare(
  count: RequestCount,
  live: boolean,
  now: number,
  { reserve, assumedLimit }: Pick<WatchOptions, "reserve" | "assumedLimit">,
): number {
  const { used, remaining, resetAt } = count;
  if (resetAt === null || isOver(resetAt, now)) return 0;
  const limit = count.limit ?? assumedLimit;
  const ours = Math.max(1, Math.floor(limit * (1 - reserve)));
  const most = live ? ours : Math.max(1, Math.floor(ours * PATIENT_SHARE));
  const spare = live ? 0 : limit * reserve;
  const isFree = used < most && (remaining === null || remaining > spare);
  return isFree ? 0 : resetAt + SKEW_MS - now;
}

/** Takes note of a request that has been made, and of what its answer said. */
export function countRequest(
  count: RequestCount,
  now: number,
  said: RateLimit | undefined,
): RequestCount {
  const isNew = count.resetAt === null || isOver(count.resetAt, now);
  const end = isNew || count.resetAt === null ? now + 60_000 : count.resetAt;
  const told = said?.resetAt;
  const isBelievable = told !== undefined && told > now && told <= now + LONGEST_WINDOW_MS;
  // A much later reset: the window has ended meanwhile.
  const isFirst = isNew || isBelievable && told > end + NEXT_WINDOW_MS;
  const resetAt = isBelievable && (isFirst || told < end) ? told : end;
  return {
    used: isFirst ? 1 : count.used + 1,
    limit: said?.limit ?? count.limit,
    remaining: said?.remaining ?? (isFirst ? null : count.remaining),
    resetAt,
    resetAheadMs: told === undefined ? count.resetAheadMs : told - now,
    toldAt: told === undefined ? count.toldAt : now,
  };
}

/** Whether the API's clock, as far as its resets tell it, is far from ours. */
export function isClockOff({ resetAheadMs }: RequestCount): boolean {
  return resetAheadMs !== null && Math.abs(resetAheadMs) > CLOCK_OFF_MS;
}

/**
 * Whether our clock can be trusted with what cannot be undone: the API has told its own of late, and the two agree.
 * It may have been set since the API last spoke. An API that tells no time leaves us nothing to go by.
 *
 * @param count What the API has told.
 * @param now Milliseconds since the Unix epoch.
 * @param withinMs How long ago that may have been, in milliseconds.
 */
export function isClockConfirmed(count: RequestCount, now: number, withinMs: number): boolean {
  const { resetAheadMs, toldAt } = count;
  if (resetAheadMs === null || toldAt === null) return true;
  return !isClockOff(count) && Math.abs(now - toldAt) <= withinMs;
}

/**
 * The time by our clock or by the API's, whichever is earlier: what the API has not lived through yet has
 * not been read, whatever range was asked for.
 */
export function earlierNow({ resetAheadMs }: RequestCount, now: number): number {
  return now + Math.min(0, resetAheadMs ?? 0);
}

/** Over, or so far away that the clock must have gone back since. */
function isOver(resetAt: number, now: number): boolean {
  return now >= resetAt + SKEW_MS || resetAt > now + 2 * LONGEST_WINDOW_MS;
}

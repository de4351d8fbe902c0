import type { RateLimit } from "../../thousandeyes/errors/rate_limit.ts";
import type { WatchOptions } from "../watch_options.ts";

/** The requests of the present rate window: ours, and what the API says of everybody's. */
export interface RequestCount {
  /** Requests that we have made in it. */
  readonly used: number;
  /** What the whole organisation may make in it, where the API said so. */
  readonly limit: number | null;
  /** What is left of it for the whole organisation, where the API said so. */
  readonly remaining: number | null;
  /** When it ends, in milliseconds since the Unix epoch; null before the first request. */
  readonly resetAt: number | null;
  /**
   * How far ahead of our clock the last reset was, in milliseconds: 0 to 60,000 where the clocks
   * agree.
   */
  readonly resetAheadMs: number | null;
  /** When the API told that, by our clock, in milliseconds since the Unix epoch; null if never. */
  readonly toldAt: number | null;
}

/** How long a rate window is, in milliseconds: the API counts by the minute. */
const WINDOW_MS = 60_000;
/** A wait or a reset that is further away than this, in milliseconds, is not believed. */
export const MAX_WINDOW_MS = 65_000;
/** Clocks differ: the next request waits this long after the end of a window, in milliseconds. */
export const SKEW_MS = 1_000;
/**
 * A reset that is later than the one before by less than this, in milliseconds, is the same one:
 * the API counts whole seconds from the moment of the request.
 */
const SAME_WINDOW_MS = 30_000;
/** The part of our own share that readings which can wait may use; the rest is for the live one. */
const PATIENT_SHARE = 0.8;

/**
 * Nothing requested yet.
 *
 * @returns The count.
 */
export function noRequests(): RequestCount {
  return {
    used: 0,
    limit: null,
    remaining: null,
    resetAt: null,
    resetAheadMs: null,
    toldAt: null,
  };
}

/** What says how large our share is. */
export type ShareOptions = Pick<WatchOptions, "reserve" | "sharers" | "assumedLimit">;

/**
 * How long a request has to wait so that the organisation's other tools keep their share of the
 * rate limit.
 *
 * A live request goes by our own share alone. One that can wait also stops when others have left
 * less than their reserve, and leaves a fifth of our share to the live ones.
 *
 * @param count The requests so far.
 * @param isLive Whether the request is for new events.
 * @param now Milliseconds since the Unix epoch.
 * @param options The share that is left to others, and the limit where the API names none.
 * @returns Milliseconds; 0 if there is room.
 */
export function waitForShare(
  count: RequestCount,
  isLive: boolean,
  now: number,
  options: ShareOptions,
): number {
  const { used, remaining, resetAt } = count;
  if (resetAt === null || isOver(resetAt, now)) return 0;
  const limit = count.limit ?? options.assumedLimit;
  const ours = ourShare(limit, options);
  const max = isLive ? ours : Math.max(1, Math.floor(ours * PATIENT_SHARE));
  const spare = isLive ? 0 : limit * options.reserve;
  const isFree = used < max && (remaining === null || remaining > spare);
  return isFree ? 0 : resetAt + SKEW_MS - now;
}

/**
 * How many requests of a window are ours.
 *
 * @param limit What the whole organisation may make in it.
 * @param options The share that is left to others, and how many share the rest.
 * @returns At least 1.
 */
export function ourShare(
  limit: number,
  { reserve, sharers }: Pick<ShareOptions, "reserve" | "sharers">,
): number {
  return Math.max(1, Math.floor(limit * (1 - reserve) / sharers));
}

/**
 * Counts a request that has been made, with what its answer said of the limit.
 *
 * @param count The requests so far.
 * @param now Milliseconds since the Unix epoch.
 * @param told The limit by the answer, if it named one.
 * @returns The count after it.
 */
export function countRequest(
  count: RequestCount,
  now: number,
  told: RateLimit | undefined,
): RequestCount {
  const isNew = count.resetAt === null || isOver(count.resetAt, now);
  const end = isNew || count.resetAt === null ? now + WINDOW_MS : count.resetAt;
  const toldEnd = told?.resetAt;
  const isBelievable = toldEnd !== undefined && toldEnd > now && toldEnd <= now + MAX_WINDOW_MS;
  // A much later reset: the window has ended meanwhile.
  const isFirst = isNew || isBelievable && toldEnd > end + SAME_WINDOW_MS;
  const resetAt = isBelievable && (isFirst || toldEnd < end) ? toldEnd : end;
  return {
    used: isFirst ? 1 : count.used + 1,
    limit: told?.limit ?? count.limit,
    remaining: told?.remaining ?? (isFirst ? null : count.remaining),
    resetAt,
    resetAheadMs: toldEnd === undefined ? count.resetAheadMs : toldEnd - now,
    toldAt: toldEnd === undefined ? count.toldAt : now,
  };
}

/** Over, or so far away that the clock must have gone back since. */
function isOver(resetAt: number, now: number): boolean {
  return now >= resetAt + SKEW_MS || resetAt > now + 2 * MAX_WINDOW_MS;
}

import type { RequestCount } from "./rate_share.ts";

/** What the `Date` headers of the API say about its clock; differences are the API's minus ours. */
export interface ApiClock {
  /**
   * The least difference that each of the latest answers proves, in milliseconds, latest last: 0
   * where the clocks may agree.
   */
  readonly provenMs: readonly number[];
  /** What the latest answer alone proves: the API's clock is at least this far ahead of ours. */
  readonly atLeastMs: number;
  /** Since when the clocks differ by more than a minute; absent if they do not. */
  readonly offSince?: number | undefined;
  /** When the latest came, by our clock, in milliseconds since the Unix epoch. */
  readonly toldAt: number;
}

/** When a request was sent and answered by our clock, and answered by the API's. */
export interface DatedAnswer {
  /** When it was sent, in milliseconds since the Unix epoch. */
  readonly sentAt: number;
  /** When the answer had come. */
  readonly receivedAt: number;
  /** The `Date` of the answer, a whole second that was cut off; absent if there was none. */
  readonly apiTime: number | undefined;
}

/** What is known of the API's clock: the dates of its answers, or else the ends of its windows. */
export interface ToldTime {
  /** What its answers were dated; absent if they never were, or the clock was set since. */
  readonly apiClock?: ApiClock | undefined;
  /** What the API says about its rate limit. */
  readonly requests: RequestCount;
}

/** One wrong date, such as a cached one, must not count: the median of so many does. */
const MAX_ANSWERS = 3;
/** A larger difference turns the status yellow, in milliseconds. */
export const CLOCK_OFF_MS = 60_000;
/**
 * A larger difference turns it red, in milliseconds: receivers of webhooks refuse what was signed
 * more than five minutes ago.
 */
export const CLOCK_FAR_OFF_MS = 240_000;
/** Without a date only the end of a rate window tells the time, to about this many milliseconds. */
const WINDOW_TOLERANCE_MS = 600_000;

/**
 * Adds what an answer tells of the API's clock. However long it took, the API dated it between the
 * two looks at our clock, so a slow answer proves less and never a difference that is not there.
 *
 * @param before What was known.
 * @param answer The times of the answer.
 * @returns What is known now.
 */
export function learnApiTime(
  before: ApiClock | undefined,
  { sentAt, receivedAt, apiTime }: DatedAnswer,
): ApiClock | undefined {
  if (apiTime === undefined || receivedAt < sentAt) return before;
  const atLeastMs = apiTime - receivedAt;
  const atMostMs = apiTime + 999 - sentAt;
  const provenMs = atLeastMs > 0 ? atLeastMs : Math.min(0, atMostMs);
  const all = [...before?.provenMs.slice(1 - MAX_ANSWERS) ?? [], provenMs];
  const isOff = Math.abs(medianOf(all)) > CLOCK_OFF_MS;
  return {
    provenMs: all,
    atLeastMs,
    ...(isOff && { offSince: before?.offSince ?? receivedAt }),
    toldAt: receivedAt,
  };
}

/**
 * How far the API's clock is ahead of ours, or behind.
 *
 * @param told What is known of the API's clock.
 * @returns Milliseconds, negative if the API's clock is behind; 0 if the two may agree; null if the
 *   API has never told a time.
 */
export function clockDifference({ apiClock, requests }: ToldTime): number | null {
  if (apiClock !== undefined) return medianOf(apiClock.provenMs);
  const { resetAheadMs } = requests;
  if (resetAheadMs === null) return null;
  return resetAheadMs > WINDOW_TOLERANCE_MS ? resetAheadMs : Math.min(0, resetAheadMs);
}

/**
 * Whether our clock can be trusted with what cannot be undone: the API has told its time lately,
 * and the two agree. Our clock may have been set since the API last spoke. Where the API tells no
 * time, there is nothing to compare with.
 *
 * @param told What is known of the API's clock.
 * @param now Milliseconds since the Unix epoch.
 * @param withinMs How long ago it may have told its time, in milliseconds.
 * @returns True also where the API tells no time.
 */
export function isClockConfirmed(told: ToldTime, now: number, withinMs: number): boolean {
  const toldAt = told.apiClock?.toldAt ?? told.requests.toldAt;
  const difference = clockDifference(told);
  if (difference === null || toldAt === null) return true;
  // Not the median: after a jump of our clock, only the latest answer tells. It does not if our
  // clock jumped while it was under way: then it came long after the time it tells.
  const { provenMs: differences, atLeastMs } = told.apiClock ??
    { provenMs: [difference], atLeastMs: 0 };
  return atLeastMs >= -WINDOW_TOLERANCE_MS &&
    differences.every((each) => Math.abs(each) <= WINDOW_TOLERANCE_MS) &&
    Math.abs(now - toldAt) <= withinMs;
}

/**
 * The time by our clock or the earliest that it can be by the API's, whichever is earlier: what is
 * in the future by the API's clock has not been read, whatever range was requested, and the API may
 * refuse the request.
 *
 * @param told What is known of the API's clock.
 * @param now Milliseconds since the Unix epoch, by our clock.
 * @returns Milliseconds since the Unix epoch.
 */
export function earlierNow({ apiClock, requests }: ToldTime, now: number): number {
  return now + Math.min(0, apiClock?.atLeastMs ?? requests.resetAheadMs ?? 0);
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

import type { LogCounts } from "../store/log.ts";
import { type CollectorCounts, LATE_BOUNDS_MS } from "./collector/counts.ts";
import { adviceFor } from "./collector/failure.ts";
import type { CollectorState } from "./collector/state.ts";
import { isClockOff, ourShare } from "./collector/rate_share.ts";
import { skippedRanges } from "./collector/skipped_ranges.ts";
import type { WatchOptions } from "./watch_options.ts";

/** How the watch goes: plain JSON, all times as ISO text. */
export interface WatchStatus {
  /** `green`: all well. `yellow`: failing, or behind. `red`: somebody has to look. */
  readonly health: "green" | "yellow" | "red";
  /** Which part of the activity log has been read. */
  readonly covered: {
    /** Nothing before this is asked for. */
    readonly from: string;
    /** What was published by then has been read, the gaps excepted. */
    readonly to: string;
    /** How long ago that is, in milliseconds. */
    readonly lagMs: number;
    /** Ranges in between that are still to be read, those included that had to be skipped, oldest first. */
    readonly gaps: readonly { readonly from: string; readonly to: string }[];
  };
  /** What fails at present, and what to do about it. */
  readonly failures: readonly FailureStatus[];
  /** When the next live pass is due. */
  readonly nextPollAt: string;
  /** The ranges that are being read. */
  readonly readings: readonly {
    readonly kind: string;
    readonly from: string;
    readonly to: string;
    readonly at: string;
    readonly pages: number;
  }[];
  /** What has been counted since the log was made. */
  readonly counts: Omit<CollectorCounts, "late">;
  /** How late events came: up to each bound, and later than the last. */
  readonly late: readonly { readonly upToMs: number | null; readonly events: number }[];
  /** The rate limit, and our share of it. */
  readonly budget: {
    readonly used: number;
    readonly limit: number;
    readonly share: number;
    readonly remaining: number | null;
    readonly resetAt: string | null;
  };
  /** Whether our clock and the API's are minutes apart. */
  readonly isClockOff: boolean;
  /** How much the log holds. */
  readonly log: LogCounts;
}

/** One failure that lasts. */
export interface FailureStatus {
  /** The kind of reading, or `source` if it concerns all. */
  readonly of: string;
  /** What went wrong, as a stable code. */
  readonly code: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** One sentence. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
  /** Since when. */
  readonly since: string;
  /** How often in a row. */
  readonly count: number;
  /** When it is tried again. */
  readonly nextTryAt: string;
}

/** Behind by so many polls, or by so long, means that something is wrong. */
const BEHIND_POLLS = 10;
const BEHIND_MS = 900_000;

/**
 * Says how the watch goes.
 *
 * @param state The collector's state.
 * @param log How much the log holds.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often, how far.
 */
export function watchStatus(
  state: CollectorState,
  log: LogCounts,
  now: number,
  options: WatchOptions,
): WatchStatus {
  const { late, ...counts } = state.counts;
  const limit = state.requests.limit ?? options.assumedLimit;
  const backfill = state.readings.backfill;
  const gaps = [
    ...(backfill === undefined ? [] : [{ from: backfill.at, to: backfill.to }]),
    ...state.backlog,
    ...skippedRanges(state),
  ].sort((a, b) => a.from - b.from);
  return {
    health: healthOf(state, now, options),
    covered: {
      from: iso(state.beginning),
      to: iso(state.lowWater),
      lagMs: Math.max(0, now - state.lowWater),
      gaps: gaps.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    },
    failures: Object.entries(state.failures).map(([of, failure]) => ({
      of,
      code: failure.code,
      status: failure.status,
      message: failure.message,
      advice: adviceFor(failure.code),
      since: iso(failure.since),
      count: failure.count,
      nextTryAt: iso(failure.retryAt),
    })),
    nextPollAt: iso(state.nextPollAt),
    readings: Object.entries(state.readings).map(([kind, { from, to, at, pass }]) => ({
      kind,
      from: iso(from),
      to: iso(to),
      at: iso(at),
      pages: pass?.pages ?? 0,
    })),
    counts,
    late: late.map((events, index) => ({ upToMs: LATE_BOUNDS_MS[index] ?? null, events })),
    budget: {
      used: state.requests.used,
      limit,
      share: ourShare(limit, options.reserve),
      remaining: state.requests.remaining,
      resetAt: state.requests.resetAt === null ? null : iso(state.requests.resetAt),
    },
    isClockOff: isClockOff(state.requests),
    log,
  };
}

function healthOf(
  state: CollectorState,
  now: number,
  { alertAfter, pollMs }: WatchOptions,
): WatchStatus["health"] {
  const { skipped: _, ...failures } = state.failures; // a range that is known to fail, and tried again and again
  const all = Object.values(failures);
  const lasts = all.some(({ remedy, count }) =>
    remedy === "slow" || (remedy !== "throttle" && count >= alertAfter)
  );
  const behind = now - state.lowWater - Math.max(BEHIND_MS, BEHIND_POLLS * pollMs);
  if (lasts || behind > 0) return "red";
  const isWhole = all.length === 0 && skippedRanges(state).length === 0;
  return isWhole && !isClockOff(state.requests) ? "green" : "yellow";
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

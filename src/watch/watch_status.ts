import type { LogCounts } from "../store/log.ts";
import type { StoredSilence } from "../store/silence_table.ts";
import type { EndpointStatus } from "./endpoint_status.ts";
import { addCounts, type CollectorCounts, LATE_BOUNDS_MS } from "./collector/counts.ts";
import type { CollectorState } from "./collector/state.ts";
import { clockDifference } from "./collector/api_clock.ts";
import { ourShare } from "./collector/rate_share.ts";
import { skippedRanges } from "./collector/skipped_ranges.ts";
import type { PushState } from "./push/push_state.ts";
import { adviceFor, healthOf, type Reason } from "./reasons.ts";
import type { WatchOptions } from "./watch_options.ts";

/** The state of the watch as plain JSON; all times are ISO 8601 strings. */
export interface WatchStatus {
  /** The worst of the reasons: `green` if there is none but information. */
  readonly health: "green" | "yellow" | "red";
  /** Why, each with what to do. */
  readonly reasons: readonly Reason[];
  /** Which part of the activity log has been read. */
  readonly covered: {
    /** Events before this are never requested. */
    readonly from: string;
    /** Whatever was published by then has been read, except for the gaps. */
    readonly to: string;
    /** How long ago that is, in milliseconds. */
    readonly lagMs: number;
    /** Ranges in between that are still to be read, skipped ones included; oldest first. */
    readonly gaps: readonly { readonly from: string; readonly to: string }[];
  };
  /** What is failing now, and what to do about it. */
  readonly failures: readonly FailureStatus[];
  /** When the next live pass is due. */
  readonly nextPollAt: string;
  /** The ranges that are being read. */
  readonly readings: readonly {
    readonly kind: string;
    readonly from: string;
    readonly to: string;
    /** How far it has been read. */
    readonly date: string;
    readonly pages: number;
  }[];
  /** What has been counted since the log was created. */
  readonly counts: Omit<CollectorCounts, "late">;
  /** How late events came: up to each bound; null is later than the last. */
  readonly late: readonly { readonly upToMs: number | null; readonly events: number }[];
  /**
   * The latest users and account groups that the API calls by another name than the log, oldest
   * first. The log keeps the first name; the event is the same.
   */
  readonly renames: readonly {
    readonly of: string;
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly at: string;
  }[];
  /** What ThousandEyes pushes; null if nothing was pushed and nothing is expected to be. */
  readonly push: PushStatus | null;
  /** The rate limit, and our share of it. */
  readonly budget: {
    readonly used: number;
    readonly limit: number;
    readonly share: number;
    readonly remaining: number | null;
    readonly resetAt: string | null;
  };
  /**
   * How far our clock is ahead of the API's, in milliseconds, negative if it is behind; 0 if the two
   * may agree; null if the API has told no time.
   */
  readonly clockAheadMs: number | null;
  /** The webhook endpoints. */
  readonly endpoints: readonly EndpointStatus[];
  /** What holds back notifications now, and how many messages it has held back. */
  readonly silences: readonly StoredSilence[];
  /** How much the log holds. */
  readonly log: LogCounts;
}

/** What ThousandEyes has pushed since the log was created. */
export interface PushStatus {
  /** Since when pushes are expected. */
  readonly since: string;
  /** When the latest request was taken; null if none was. */
  readonly lastAt: string | null;
  /** Requests that were taken. */
  readonly requests: number;
  /** Requests that were refused for good. */
  readonly refused: number;
  /** Events that were new to the log. */
  readonly recorded: number;
  /** Events that were in the log already. */
  readonly duplicates: number;
  /** Log records that are not valid events, set aside. */
  readonly invalid: number;
  /** Events that polling has not shown within two hours. */
  readonly unconfirmed: number;
}

/** One failure, or several in a row. */
export interface FailureStatus {
  /**
   * The kind of reading; `source` if it concerns all of them, `rules` if it concerns the rules,
   * `endpoint` and its name if it is a webhook endpoint.
   */
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
  /** When the next try is due. */
  readonly nextTryAt: string;
}

/** What the log holds besides the collector's state. */
interface Kept extends LogCounts, Pick<WatchStatus, "silences" | "endpoints"> {
  /** What is remembered about pushes; undefined if none is expected. */
  readonly push?: PushState | undefined;
}

/**
 * Derives the status.
 *
 * @param state The collector's state.
 * @param log How much the log holds, the silences in it, the endpoints, and what was pushed.
 * @param reasons What makes the health.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often, how far.
 * @returns The status.
 */
export function watchStatus(
  state: CollectorState,
  { silences, endpoints, push, ...log }: Kept,
  reasons: readonly Reason[],
  now: number,
  options: WatchOptions,
): WatchStatus {
  // What was pushed is counted apart, since the collector saves its own state.
  const { late, ...counts } = push === undefined
    ? state.counts
    : addCounts(push.counts, state.counts);
  const limit = state.requests.limit ?? options.assumedLimit;
  const difference = clockDifference(state);
  const backfill = state.readings.backfill;
  const gaps = [
    ...(backfill === undefined ? [] : [{ from: backfill.at, to: backfill.to }]),
    ...state.backlog,
    ...skippedRanges(state),
  ].sort((a, b) => a.from - b.from);
  return {
    health: healthOf(reasons),
    reasons,
    covered: {
      from: iso(state.beginning),
      to: iso(state.lowWater),
      lagMs: Math.max(0, now - state.lowWater),
      gaps: gaps.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    },
    failures: [
      ...Object.entries(state.failures).map(([of, failure]) => ({
        of,
        code: failure.code,
        status: failure.status,
        message: failure.message,
        advice: adviceFor(failure.code),
        since: iso(failure.since),
        count: failure.count,
        nextTryAt: iso(failure.retryAt),
      })),
      ...endpoints.flatMap((endpoint) => endpointFailure(endpoint, reasons, now)),
    ],
    nextPollAt: iso(state.nextPollAt),
    readings: Object.entries(state.readings).map(([kind, { from, to, at, pass }]) => ({
      kind,
      from: iso(from),
      to: iso(to),
      date: iso(at),
      pages: pass?.pages ?? 0,
    })),
    counts,
    late: late.map((events, index) => ({ upToMs: LATE_BOUNDS_MS[index] ?? null, events })),
    renames: (state.renames ?? []).map((rename) => ({ ...rename, at: iso(rename.at) })),
    push: push === undefined ? null : {
      since: iso(push.since),
      lastAt: push.lastAt === null ? null : iso(push.lastAt),
      requests: push.requests,
      refused: push.refusals,
      recorded: push.counts.recorded,
      duplicates: push.counts.duplicates,
      invalid: push.counts.invalid,
      unconfirmed: push.unconfirmed,
    },
    budget: {
      used: state.requests.used,
      limit,
      share: ourShare(limit, options),
      remaining: state.requests.remaining,
      resetAt: state.requests.resetAt === null ? null : iso(state.requests.resetAt),
    },
    clockAheadMs: difference === null ? null : 0 - difference,
    endpoints,
    silences,
    log,
  };
}

/** The failure of an endpoint, where a reason of the health says that it fails. */
function endpointFailure(
  { name, lastAnswer, failures, failingSince, nextTryAt }: EndpointStatus,
  reasons: readonly Reason[],
  now: number,
): FailureStatus[] {
  const told = reasons.find(({ code, about }) => ENDPOINT_FAILURES.has(code) && about === name);
  if (told === undefined) return [];
  const { code, message, advice, since } = told;
  return [{
    of: `endpoint ${name}`,
    code,
    status: lastAnswer?.status ?? null,
    message,
    advice,
    since: failingSince ?? since,
    count: failures,
    nextTryAt: nextTryAt ?? iso(now),
  }];
}

/** The reasons that say that an endpoint fails. */
const ENDPOINT_FAILURES: ReadonlySet<string> = new Set(["delivery_failing", "endpoint_disabled"]);

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

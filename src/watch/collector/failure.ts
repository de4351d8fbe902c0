import { fullJitter } from "../../stream/full_jitter.ts";
import { oneLine } from "../../stream/plain_text.ts";
import type {
  ThousandEyesError,
  ThousandEyesErrorCode,
} from "../../thousandeyes/errors/thousand_eyes_error.ts";

/** A failure, or several in a row of one kind. */
export interface Failure {
  /** What went wrong, as a stable code. */
  readonly code: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** One sentence for people. */
  readonly message: string;
  /** When the first in the row happened, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** How many in a row. */
  readonly count: number;
  /** When the next try is due, in milliseconds since the Unix epoch. */
  readonly retryAt: number;
  /** How it is dealt with. */
  readonly remedy: Remedy;
}

/**
 * What is to be done about a failed request.
 *
 * - `slow`: somebody has to act (401, 403, and 400 for a first page): asked for ever more seldom, for all ranges
 *   where the fault is the account's, else for the one.
 * - `throttle`: the organisation's limit is used up: wait until it starts anew.
 * - `repeat`: it may pass: the same page again, later.
 * - `restart`: the cursor or the link is no good: the slice again from its first page.
 * - `narrow`: the slice is too much to be read at once: again, shorter.
 */
export type Remedy = "slow" | "throttle" | "repeat" | "restart" | "narrow";

/** A failure as it is seen when it happens. */
export interface Diagnosis {
  /** What went wrong. */
  readonly code: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** One sentence for people. */
  readonly message: string;
  /** What to do. */
  readonly remedy: Remedy;
  /** Whether it concerns all ranges, and not the one alone. */
  readonly isSource: boolean;
  /** When the API asked to be called again, in milliseconds since the Unix epoch. */
  readonly retryAt: number | undefined;
}

const MINUTE = 60_000;
/** The first and the longest pause by remedy, in milliseconds. */
const PAUSES: Readonly<Record<Remedy, readonly [number, number]>> = {
  slow: [2 * MINUTE, 15 * MINUTE],
  throttle: [2_000, MINUTE],
  repeat: [2_000, 5 * MINUTE],
  restart: [1_000, 5 * MINUTE],
  narrow: [1_000, 2 * MINUTE],
};
/** The API counts by the minute: a wait that is longer than this is not believed. */
const LONGEST_ASKED_MS = 65_000;
const SKEW_MS = 1_000;

/**
 * Says what a failed request means.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ThousandEyesError } from "../../thousandeyes/errors/thousand_eyes_error.ts";
 * import { diagnose } from "./failure.ts";
 *
 * const refused = new ThousandEyesError("bad_request", "Cannot list", { status: 400 });
 * assertEquals(diagnose(refused, { isFirstPage: true }).remedy, "slow");
 * assertEquals(diagnose(refused, { isFirstPage: false }).remedy, "restart"); // the cursor has expired
 * ```
 *
 * @param error What `readPage()` rejected with.
 * @param request Whether it was for the first page of a slice, and so had no cursor.
 */
export function diagnose(
  error: ThousandEyesError,
  { isFirstPage }: { isFirstPage: boolean },
): Diagnosis {
  const [remedy, isSource] = remedyOf(error, isFirstPage);
  return {
    code: error.code,
    status: error.status ?? null,
    message: oneLine(error.message),
    remedy,
    isSource,
    retryAt: error.retryAt ?? (remedy === "throttle" ? error.rateLimit?.resetAt : undefined),
  };
}

function remedyOf(error: ThousandEyesError, isFirstPage: boolean): [Remedy, isSource: boolean] {
  switch (error.code) {
    case "unauthorized":
    case "forbidden":
    case "redirect_refused":
      return ["slow", true];
    case "bad_request":
      return isFirstPage ? ["slow", false] : ["restart", false];
    case "not_found":
      return isFirstPage ? ["slow", true] : ["restart", false];
    case "unexpected_status":
      // 408 and 425 pass; 410 is a cursor that is gone.
      if (error.status === 408 || error.status === 425) return ["repeat", false];
      return isFirstPage ? ["slow", false] : ["restart", false];
    case "rate_limited":
      return ["throttle", true];
    case "malformed_link":
    case "foreign_link":
    case "templated_link":
    case "repeated_cursor":
      return ["restart", false];
    case "too_many_pages":
    case "too_many_events":
    case "body_too_large":
      return ["narrow", false];
    default:
      return ["repeat", false];
  }
}

/** Something that we find wrong ourselves with the pages of one range. */
export function fault(code: ThousandEyesErrorCode, remedy: Remedy, reason: string): Diagnosis {
  const message = `Cannot list audit events: ${reason}`;
  return { code, status: null, message, remedy, isSource: false, retryAt: undefined };
}

/**
 * A page that our own log does not take, whatever it threw: shorter ranges leave out what is at fault.
 *
 * @param error What was thrown.
 */
export function recordFailed(error: unknown): Diagnosis {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "record_failed",
    status: null,
    message: oneLine(`Cannot record a page: ${reason}`),
    remedy: "narrow",
    isSource: false,
    retryAt: undefined,
  };
}

/**
 * Joins a failure to those before it, and says when the next try is due.
 *
 * @param before The failures in a row so far; one of another remedy starts a new row of pauses, not of time.
 * @param seen The failure.
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1).
 */
export function nextFailure(
  before: Failure | undefined,
  seen: Diagnosis,
  now: number,
  random: () => number,
): Failure {
  const { code, status, message, remedy } = seen;
  const count = (before?.count ?? 0) + 1;
  const [first, longest] = PAUSES[remedy];
  const jitter = fullJitter({ attempt: count, baseMs: first, capMs: longest, random });
  // What nobody repairs within a minute is not asked for within one.
  const pause = remedy === "slow"
    ? Math.min(longest, first * 2 ** (count - 1)) / 2 + jitter / 2
    : jitter;
  const asked = seen.retryAt === undefined
    ? 0
    : Math.min(seen.retryAt - now + SKEW_MS * (1 + random()), LONGEST_ASKED_MS);
  return {
    code,
    status,
    message,
    remedy,
    since: before?.since ?? now,
    count,
    retryAt: Math.ceil(now + Math.max(pause, asked)),
  };
}

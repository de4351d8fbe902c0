import { fullJitter } from "../../stream/full_jitter.ts";
import { oneLine } from "../../stream/plain_text.ts";
import type {
  ThousandEyesError,
  ThousandEyesErrorCode,
} from "../../thousandeyes/errors/thousand_eyes_error.ts";
import { MAX_WINDOW_MS, SKEW_MS } from "./rate_share.ts";

/** A failure, or several in a row of one kind of reading. */
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
  /** How the collector reacts. */
  readonly remedy: Remedy;
}

/**
 * How the collector reacts to a failed request.
 *
 * - `slow`: needs attention (401, 403, and 400 for a first page): try once more soon, then less and
 *   less often; all readings wait if the account is at fault, otherwise only this one.
 * - `throttle`: the organisation's rate limit is used up: wait for the next window.
 * - `repeat`: probably temporary: the same page again, later.
 * - `restart`: the cursor or the link is unusable: the slice again from its first page.
 * - `narrow`: the slice is too large to be read at once: again, shorter.
 */
export type Remedy = "slow" | "throttle" | "repeat" | "restart" | "narrow";

/** What one failed request means. */
export interface Diagnosis {
  /** What went wrong. */
  readonly code: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** One sentence for people. */
  readonly message: string;
  /** How the collector reacts. */
  readonly remedy: Remedy;
  /** Whether it concerns every reading, and not this one alone. */
  readonly isSource: boolean;
  /** When the API asks to be called again, in milliseconds since the Unix epoch. */
  readonly retryAt: number | undefined;
}

/** The first and the longest pause by remedy, in milliseconds. */
const PAUSES: Readonly<Record<Remedy, readonly [first: number, max: number]>> = {
  slow: [120_000, 900_000],
  throttle: [2_000, 60_000],
  repeat: [2_000, 300_000],
  restart: [1_000, 300_000],
  narrow: [1_000, 120_000],
};

/** When what needs attention is retried for the first time, in milliseconds. */
const SLIP_MS = 2_000;

/** The code of a failure on whose events a rule threw; they are recorded, but may lack an alert. */
export const MATCH_FAILED = "match_failed";

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
 * // With a cursor, the cursor has expired.
 * assertEquals(diagnose(refused, { isFirstPage: false }).remedy, "restart");
 * ```
 *
 * @param error What `readPage()` rejected with.
 * @param request Whether it was for the first page of a slice, and so had no cursor.
 * @returns The remedy, with what is to be shown.
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
      // 408 and 425 are temporary, and so is a success without a page, such as 202 or 204; 410 is
      // an expired cursor.
      if (isTemporary(error.status)) return ["repeat", false];
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

function isTemporary(status: number | undefined): boolean {
  return status === 408 || status === 425 || (status !== undefined && status < 300);
}

/**
 * A fault in the pages of one range that no single answer reveals.
 *
 * @param code What it is.
 * @param remedy How the collector reacts.
 * @param reason The end of the message.
 * @returns The remedy, with what is to be shown.
 */
export function fault(code: ThousandEyesErrorCode, remedy: Remedy, reason: string): Diagnosis {
  const message = `Cannot list audit events: ${reason}`;
  return { code, status: null, message, remedy, isSource: false, retryAt: undefined };
}

/**
 * A page that the log cannot store: shorter ranges isolate the event at fault.
 *
 * @param error What was thrown.
 * @returns The remedy, with what is to be shown.
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
 * Adds a failure to those before it, and says when the next try is due.
 *
 * @param before The failures in a row so far, if any.
 * @param diagnosis What the failure means.
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1).
 * @returns The failures in a row, this one included.
 */
export function nextFailure(
  before: Failure | undefined,
  diagnosis: Diagnosis,
  now: number,
  random: () => number,
): Failure {
  const { code, status, message, remedy } = diagnosis;
  const count = (before?.count ?? 0) + 1;
  const [first, max] = PAUSES[remedy];
  const jitter = fullJitter({ attempt: count, baseMs: first, capMs: max, random });
  // Repairs take minutes, so there is no retry within one; but the first failure may be a slip of a
  // gateway.
  const pause = remedy !== "slow"
    ? jitter
    : count === 1
    ? SLIP_MS
    : Math.min(max, first * 2 ** (count - 2)) / 2 + jitter / 2;
  const asked = diagnosis.retryAt === undefined
    ? 0
    : Math.min(diagnosis.retryAt - now + SKEW_MS * (1 + random()), MAX_WINDOW_MS);
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

import type { Problem } from "./problem.ts";
import type { RateLimit } from "./rate_limit.ts";

/** Everything that can go wrong with the API, as codes that never change their meaning. */
export type ThousandEyesErrorCode =
  /** 400: the parameters, or a cursor that is no longer good. */
  | "bad_request"
  /** 401: no token, a wrong one, or a locked account. */
  | "unauthorized"
  /** 403: the token's user lacks a permission. */
  | "forbidden"
  /** 404. */
  | "not_found"
  /** 429: the organisation's limit is used up. */
  | "rate_limited"
  /** 500, and what is above it and has no code of its own. */
  | "server_error"
  /** 502: something between us and the API. */
  | "bad_gateway"
  /** 503: the API is in maintenance mode. */
  | "unavailable"
  /** Any other status that is not a success. */
  | "unexpected_status"
  /** The API answered with a redirect, which is never followed. */
  | "redirect_refused"
  /** No connection, or one that broke off. */
  | "network"
  /** No whole answer in the time of one request. */
  | "timeout"
  /** The answer is larger than `maxBytes`. */
  | "body_too_large"
  /** A success whose body is not JSON. */
  | "not_json"
  /** A success whose body is JSON, but no page. */
  | "wrong_shape"
  /** One event does not match the schema, and `onInvalid` is "throw". */
  | "invalid_event"
  /** The next link is not a URL that could be followed. */
  | "malformed_link"
  /** The next link leads to another origin, or over http. */
  | "foreign_link"
  /** The next link is a template. */
  | "templated_link"
  /** The next link has the cursor of a page already read. */
  | "repeated_cursor"
  /** The pass has more pages than `maxPages`. */
  | "too_many_pages"
  /** More events in one second than `order: "oldest"` may hold. */
  | "too_many_events";

/** What a {@linkcode ThousandEyesError} carries besides its message. */
export interface ThousandEyesErrorOptions {
  /** What it was caused by. */
  cause?: unknown;
  /** The HTTP status, if there was an answer. */
  status?: number;
  /** What the body of the answer said. */
  problem?: Problem;
  /** What the headers of the answer said about the rate limit. */
  rateLimit?: RateLimit;
  /** When the API asked to be called again, in milliseconds since the Unix epoch. */
  retryAt?: number;
  /** Whether the same request may succeed later without anybody changing anything; false by default. */
  retryable?: boolean;
}

/**
 * A failure of the ThousandEyes API, or an answer that Panoptes refuses. Switch on `code`. Neither message
 * nor members ever hold the token.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ThousandEyesError } from "./thousand_eyes_error.ts";
 *
 * const error = new ThousandEyesError("timeout", "Cannot list audit events: no answer in 30000 ms", {
 *   retryable: true,
 * });
 * assertEquals(error.code, "timeout");
 * ```
 */
export class ThousandEyesError extends Error {
  /** The name of the class, as stack traces show it. */
  override name: string = "ThousandEyesError";
  /** What went wrong. */
  readonly code: ThousandEyesErrorCode;
  /** The HTTP status, if there was an answer; it is the answer's own, never the one in its body. */
  readonly status: number | undefined;
  /** What the body of the answer said, whatever its shape was. */
  readonly problem: Problem | undefined;
  /** What the headers of the answer said about the rate limit. */
  readonly rateLimit: RateLimit | undefined;
  /** When the API asked to be called again, in milliseconds since the Unix epoch. */
  readonly retryAt: number | undefined;
  /** Whether the same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  /**
   * Makes an error; its subclasses stand for one HTTP status each.
   *
   * @param code What went wrong.
   * @param message One sentence for people, without the token.
   * @param options The cause, and what the answer said.
   */
  constructor(
    code: ThousandEyesErrorCode,
    message: string,
    options: ThousandEyesErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = options.status;
    this.problem = options.problem;
    this.rateLimit = options.rateLimit;
    this.retryAt = options.retryAt;
    this.retryable = options.retryable ?? false;
  }
}

import type { Problem } from "./problem.ts";
import type { RateLimit } from "./rate_limit.ts";

/** Everything that can go wrong with the API, as codes whose meaning never changes. */
export type ThousandEyesErrorCode =
  /** 400: invalid parameters, or a cursor of the caller that has expired. */
  | "bad_request"
  /** 400 to a cursor of the API itself, in the middle of a pass. */
  | "expired_cursor"
  /** 401: the token is missing or invalid, or the account is locked. */
  | "unauthorized"
  /** 403: the token's user lacks a permission. */
  | "forbidden"
  /** 404. */
  | "not_found"
  /** 429: the organisation's rate limit is used up. */
  | "rate_limited"
  /** 500, and any higher status without a code of its own. */
  | "server_error"
  /** 502: a gateway in front of the API failed. */
  | "bad_gateway"
  /** 503: the API is in maintenance mode. */
  | "unavailable"
  /** Any other status that is not a success. */
  | "unexpected_status"
  /** The API responded with a redirect, which is never followed. */
  | "redirect_refused"
  /** No connection, or a lost one. */
  | "network"
  /** No complete response within `timeoutMs`. */
  | "timeout"
  /** The body is larger than `maxBytes`. */
  | "body_too_large"
  /** A success whose body is not JSON. */
  | "not_json"
  /** A success whose body is JSON, but not a page. */
  | "wrong_shape"
  /** One event does not match the schema, and `onInvalid` is "throw". */
  | "invalid_event"
  /** The next link is not a usable URL. */
  | "malformed_link"
  /** The next link leads to another origin or path. */
  | "foreign_link"
  /** The next link is a template. */
  | "templated_link"
  /** The next link leads to a page that was already read. */
  | "repeated_cursor"
  /** The pass has more pages than `maxPages`. */
  | "too_many_pages"
  /** One second has more events than `sortLimit`. */
  | "too_many_events";

/** What a {@linkcode ThousandEyesError} carries in addition to its message. */
export interface ThousandEyesErrorOptions {
  /** What caused it. */
  cause?: unknown;
  /** The HTTP status, if there was a response. */
  status?: number;
  /** What the body of the response says. */
  problem?: Problem;
  /** What the headers of the response say about the rate limit. */
  rateLimit?: RateLimit;
  /** When the API answered, by its own clock, in milliseconds since the Unix epoch. */
  apiTime?: number;
  /** When the API allows the next request, in milliseconds since the Unix epoch. */
  retryAt?: number;
  /** Whether the same request may succeed later without any change; false by default. */
  retryable?: boolean;
}

/**
 * A failure of the ThousandEyes API, or a response that Panoptes rejects. Switch on `code`. Neither
 * the message nor any member ever contains the token.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ThousandEyesError } from "./thousand_eyes_error.ts";
 *
 * const message = "Cannot list audit events: no complete response within 30000 ms";
 * const error = new ThousandEyesError("timeout", message, { retryable: true });
 * assertEquals([error.code, error.retryable, error.status], ["timeout", true, undefined]);
 * ```
 */
export class ThousandEyesError extends Error {
  /** The name of the class, as stack traces show it. */
  override name: string = "ThousandEyesError";
  /** What went wrong. */
  readonly code: ThousandEyesErrorCode;
  /** The HTTP status, if there was a response: the response's own, not the one in its body. */
  readonly status: number | undefined;
  /** What the body of the response says, whatever its shape. */
  readonly problem: Problem | undefined;
  /** What the headers of the response say about the rate limit. */
  readonly rateLimit: RateLimit | undefined;
  /** When the API answered, by its own clock, in milliseconds since the Unix epoch. */
  readonly apiTime: number | undefined;
  /** When the API allows the next request, in milliseconds since the Unix epoch. */
  readonly retryAt: number | undefined;
  /** Whether the same request may succeed later without any change. */
  readonly retryable: boolean;

  /**
   * Makes an error; each documented HTTP status has a subclass.
   *
   * @param code What went wrong.
   * @param message One sentence for people, without the token.
   * @param options The cause, and what the response says.
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
    this.apiTime = options.apiTime;
    this.retryAt = options.retryAt;
    this.retryable = options.retryable ?? false;
  }
}

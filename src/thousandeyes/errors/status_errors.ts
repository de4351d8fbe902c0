/**
 * One error class for each status that the API documents.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/errors-and-troubleshooting/}
 *
 * @module
 */
import {
  ThousandEyesError,
  type ThousandEyesErrorCode,
  type ThousandEyesErrorOptions,
} from "./thousand_eyes_error.ts";

/** 400: a parameter or a combination of parameters is invalid, or a cursor has expired. */
export class BadRequestError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "BadRequestError";
}

/** 401: the token is missing or invalid, or the account is locked after failed logins. */
export class UnauthorizedError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "UnauthorizedError";
}

/** 403: the token's user lacks a permission. */
export class ForbiddenError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "ForbiddenError";
}

/** 404: there is nothing at this address. */
export class NotFoundError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "NotFoundError";
}

/** 429: the organisation's rate limit is used up, until `retryAt` if the API said when. */
export class RateLimitedError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "RateLimitedError";
}

/** 500: the API failed. */
export class InternalServerError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "InternalServerError";
}

/** 502: a gateway in front of the API failed. */
export class BadGatewayError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "BadGatewayError";
}

/** 503: the API is in maintenance mode. */
export class ServiceUnavailableError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "ServiceUnavailableError";
}

const OF_STATUS = new Map<number, [typeof ThousandEyesError, ThousandEyesErrorCode]>(
  [
    [400, [BadRequestError, "bad_request"]],
    [401, [UnauthorizedError, "unauthorized"]],
    [403, [ForbiddenError, "forbidden"]],
    [404, [NotFoundError, "not_found"]],
    [429, [RateLimitedError, "rate_limited"]],
    [500, [InternalServerError, "server_error"]],
    [502, [BadGatewayError, "bad_gateway"]],
    [503, [ServiceUnavailableError, "unavailable"]],
  ],
);

/**
 * Makes the error for a status. 408, 429, all from 500 on, and a success without a page (202, 204)
 * are retryable, since repeating a GET does no harm; others only if the options say so.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { errorOfStatus, UnauthorizedError } from "./status_errors.ts";
 *
 * const error = errorOfStatus(401, { problem: { title: "invalid_token" } });
 * assert(error instanceof UnauthorizedError);
 * assertEquals(error.message, "Cannot list audit events: 401: invalid_token");
 * ```
 *
 * @param status The HTTP status, not 200.
 * @param options What the response says.
 */
export function errorOfStatus(
  status: number,
  options: ThousandEyesErrorOptions,
): ThousandEyesError {
  const { problem } = options;
  const said = problem === undefined ? [] : [
    problem.title,
    problem.detail,
    ...(problem.errors ?? []).map(({ field, message }) => field ? `${field}: ${message}` : message),
  ];
  const parts = new Set(said.filter((part) => part !== undefined && part !== ""));
  const message = ["Cannot list audit events", status, ...parts].join(": ");
  const retryable = (options.retryable ?? false) || status < 300 || status === 408 ||
    status === 429 || status >= 500;
  const [Kind, code] = OF_STATUS.get(status) ??
    [ThousandEyesError, status >= 500 ? "server_error" : "unexpected_status"];
  return new Kind(code, message, { ...options, status, retryable });
}

/**
 * Watches the ThousandEyes activity log.
 *
 * @module
 */
export {
  type AuditUserEvents,
  AuditUserEventsSchema,
} from "./src/thousandeyes/page/audit_user_events.ts";
export type { PaginationLinks } from "./src/thousandeyes/page/audit_user_events.ts";
export { identityOf } from "./src/thousandeyes/event/event_identity.ts";
export type { Clock } from "./src/stream/clock.ts";
export { DEFAULT_BASE_URL } from "./src/thousandeyes/page/base_url.ts";
export { firstPageUrl } from "./src/thousandeyes/page/first_page_url.ts";
export type { FirstPageParameters } from "./src/thousandeyes/page/first_page_url.ts";
export { type Link, LinkSchema } from "./src/thousandeyes/page/audit_user_events.ts";
export type { InvalidUserEvent, Page } from "./src/thousandeyes/page/page.ts";
export type { Fetch } from "./src/stream/fetch.ts";
export type { PageOptions, RetryOptions, Token } from "./src/thousandeyes/page/page_options.ts";
export { parseDate } from "./src/thousandeyes/event/parse_date.ts";
export type { Problem, ProblemField } from "./src/thousandeyes/errors/problem.ts";
export { RateBudget } from "./src/thousandeyes/page/rate_budget.ts";
export { parseRateLimit, type RateLimit } from "./src/thousandeyes/errors/rate_limit.ts";
export { processPage, type ProcessPageOptions } from "./src/thousandeyes/page/process_page.ts";
export { requestPage } from "./src/thousandeyes/page/request_page.ts";
export { PageTrail } from "./src/thousandeyes/page/page_trail.ts";
export { nextPageUrl } from "./src/thousandeyes/page/next_page_url.ts";
export { RefusedLinkError } from "./src/thousandeyes/page/refused_link_error.ts";
export {
  BadGatewayError,
  BadRequestError,
  ForbiddenError,
  InternalServerError,
  NotFoundError,
  RateLimitedError,
  ServiceUnavailableError,
  UnauthorizedError,
} from "./src/thousandeyes/errors/status_errors.ts";
export { readPage } from "./src/thousandeyes/page/read_page.ts";
export type { Schema } from "./src/thousandeyes/event/schema.ts";
export { type Resource, ResourceSchema } from "./src/thousandeyes/event/user_event.ts";
export { ThousandEyesError } from "./src/thousandeyes/errors/thousand_eyes_error.ts";
export type {
  ThousandEyesErrorCode,
  ThousandEyesErrorOptions,
} from "./src/thousandeyes/errors/thousand_eyes_error.ts";
export { parseWindow } from "./src/thousandeyes/stream/parse_window.ts";
export { streamUserEvents } from "./src/thousandeyes/stream/stream_user_events.ts";
export type { StreamUserEventsOptions } from "./src/thousandeyes/stream/stream_user_events_options.ts";
export { userEventStream } from "./src/thousandeyes/stream/user_event_stream.ts";
export { type UserEvent, UserEventSchema } from "./src/thousandeyes/event/user_event.ts";
export { toSigmaEvent } from "./src/thousandeyes/user_event_fields.ts";

/**
 * Watches the ThousandEyes activity log.
 *
 * @module
 */
export {
  type AuditUserEvents,
  AuditUserEventsSchema,
} from "./src/thousandeyes/audit_user_events.ts";
export type { PaginationLinks } from "./src/thousandeyes/audit_user_events.ts";
export { identityOf } from "./src/thousandeyes/event_identity.ts";
export type { Clock } from "./src/stream/clock.ts";
export { DEFAULT_BASE_URL } from "./src/thousandeyes/base_url.ts";
export { firstPageUrl } from "./src/thousandeyes/first_page_url.ts";
export type { FirstPageParameters } from "./src/thousandeyes/first_page_url.ts";
export { type Link, LinkSchema } from "./src/thousandeyes/link.ts";
export type { InvalidUserEvent, Page } from "./src/thousandeyes/page.ts";
export type { Fetch, PageOptions, RetryOptions, Token } from "./src/thousandeyes/page_options.ts";
export { parseDate } from "./src/thousandeyes/parse_date.ts";
export type { Problem, ProblemField } from "./src/thousandeyes/problem.ts";
export { RateBudget } from "./src/thousandeyes/rate_budget.ts";
export { parseRateLimit, type RateLimit } from "./src/thousandeyes/rate_limit.ts";
export { processPage, type ProcessPageOptions } from "./src/thousandeyes/process_page.ts";
export { requestPage } from "./src/thousandeyes/request_page.ts";
export { PageTrail } from "./src/thousandeyes/page_trail.ts";
export { nextPageUrl } from "./src/thousandeyes/next_page_url.ts";
export { RefusedLinkError } from "./src/thousandeyes/refused_link_error.ts";
export {
  BadGatewayError,
  BadRequestError,
  ForbiddenError,
  InternalServerError,
  NotFoundError,
  RateLimitedError,
  ServiceUnavailableError,
  UnauthorizedError,
} from "./src/thousandeyes/status_errors.ts";
export { readPage } from "./src/thousandeyes/read_page.ts";
export type { Schema } from "./src/thousandeyes/schema.ts";
export { type Resource, ResourceSchema } from "./src/thousandeyes/resource.ts";
export { ThousandEyesError } from "./src/thousandeyes/thousand_eyes_error.ts";
export type {
  ThousandEyesErrorCode,
  ThousandEyesErrorOptions,
} from "./src/thousandeyes/thousand_eyes_error.ts";
export { parseWindow } from "./src/thousandeyes/parse_window.ts";
export { streamUserEvents } from "./src/thousandeyes/stream_user_events.ts";
export type { StreamUserEventsOptions } from "./src/thousandeyes/stream_user_events_options.ts";
export { userEventStream } from "./src/thousandeyes/user_event_stream.ts";
export { type UserEvent, UserEventSchema } from "./src/thousandeyes/user_event.ts";
export { toSigmaEvent } from "./src/thousandeyes/user_event_fields.ts";

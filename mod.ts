/**
 * Reads the ThousandEyes activity log as an async iterator: it takes care of pages, retries, rate
 * limits and odd events, and sends the token to the API and nowhere else.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { streamUserEvents } from "@panoptes/user-events";
 *
 * const failures: string[] = [];
 * const events = streamUserEvents({
 *   token: "made-up",
 *   window: "12h",
 *   // Responds from memory, so that this example runs without an account. Leave it out to reach the API.
 *   fetch: () => Promise.resolve(Response.json({
 *     auditEvents: [
 *       { event: "Login failed.", user: "Ada (ada@example.org)", date: "2026-01-01T11:59:00Z" },
 *       { event: "Report created.", user: "Bob (bob@example.org)", date: "2026-01-01T11:58:00Z" },
 *     ],
 *   })),
 * });
 * for await (const { event, user } of events) {
 *   if (event === "Login failed.") failures.push(`${user}`);
 * }
 * assertEquals(failures, ["Ada (ada@example.org)"]);
 * ```
 *
 * `match()` makes alerts of events by Sigma rules, and `toWebhook()` delivers them.
 *
 * Exported separately: `./client`, the pieces that the stream is made of, one page at a time,
 * `./rules`, the rules that are shipped, and `./sigma`, which reads, checks and runs rules.
 *
 * @module
 */

// Reading the log
export { streamUserEvents, type UserEvents } from "./src/thousandeyes/stream/stream_user_events.ts";
export { userEventStream } from "./src/thousandeyes/stream/user_event_stream.ts";
export type { StreamUserEventsOptions } from "./src/thousandeyes/stream/stream_user_events_options.ts";
export type { Retry, RetryOptions, Token } from "./src/thousandeyes/page/page_options.ts";
export type { InvalidUserEvent, Page } from "./src/thousandeyes/page/page.ts";
export type { Fetch } from "./src/stream/fetch.ts";
export type { Clock } from "./src/stream/clock.ts";

// Alerts: rules, and where their alerts go
export { match, type MatchedRules, type MatchOptions } from "./src/alert/match.ts";
export type { RuleScope } from "./src/alert/match_rules.ts";
export type { RuleBundle } from "./src/alert/rule_bundle.ts";
export type {
  Alert,
  AlertEvent,
  AlertField,
  AlertGroup,
  AlertLevel,
  AlertPart,
  AlertRule,
  AlertSilence,
} from "./src/alert/alert.ts";
export {
  toWebhook,
  WebhookError,
  type WebhookOptions,
  type WebhookRetry,
} from "./src/delivery/to_webhook.ts";
export type { FormatName } from "./src/delivery/format/formats.ts";
export type { OutcomeCode } from "./src/delivery/outcome.ts";

// What an event is
export {
  type Resource,
  type UserEvent,
  UserEventSchema,
} from "./src/thousandeyes/event/user_event.ts";
export { parseDate } from "./src/thousandeyes/event/parse_date.ts";
export { identityOf } from "./src/thousandeyes/event/event_identity.ts";
export { type SigmaEvent, toSigmaEvent } from "./src/alert/to_sigma_event.ts";

// What can go wrong: switch on `code`, or catch the class of a status
export {
  ThousandEyesError,
  type ThousandEyesErrorCode,
} from "./src/thousandeyes/errors/thousand_eyes_error.ts";
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
export type { Problem } from "./src/thousandeyes/errors/problem.ts";
export type { RateLimit } from "./src/thousandeyes/errors/rate_limit.ts";

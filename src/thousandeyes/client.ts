/**
 * The pieces of the ThousandEyes client, for those who read the activity log a page at a time and
 * keep their own place in it. Most callers want `streamUserEvents()` of the main export instead.
 *
 * `readPage()` is `requestPage()` and `processPage()` together with retries. A pass follows the
 * `next` of each page to the end:
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { firstPageUrl, type PageOptions, PageTrail, readPage } from "@panoptes/user-events/client";
 *
 * const path = "/v7/audit-user-events";
 * const pages = [
 *   { auditEvents: [{ event: "Login failed." }], _links: { next: { href: `${path}?cursor=b2Zm` } } },
 *   { auditEvents: [{ event: "Report created." }] },
 * ];
 * const options: PageOptions = {
 *   token: "made-up",
 *   fetch: () => Promise.resolve(Response.json(pages.shift())), // responds from memory; leave it out
 * };
 *
 * const seen: unknown[] = [];
 * const trail = new PageTrail(); // finds links that lead in a circle
 * const start = Date.UTC(2026, 0, 1);
 * const range = { startDate: start, endDate: start + 3_600_000 };
 * let url: URL | undefined = firstPageUrl("https://api.thousandeyes.com/v7", range);
 * while (url !== undefined) {
 *   trail.add(url);
 *   const page = await readPage(url, options);
 *   for (const { event } of page.events) seen.push(event);
 *   url = page.next;
 * }
 * assertEquals(seen, ["Login failed.", "Report created."]);
 * ```
 *
 * @module
 */

// One page: request it, check it, or both with retries
export { DEFAULT_BASE_URL } from "./page/base_url.ts";
export { type FirstPageParameters, firstPageUrl } from "./page/first_page_url.ts";
export { requestPage } from "./page/request_page.ts";
export { processPage, type ProcessPageOptions } from "./page/process_page.ts";
export { readPage } from "./page/read_page.ts";
export type { PageOptions, Retry, RetryOptions, Token } from "./page/page_options.ts";
export type { InvalidUserEvent, Page } from "./page/page.ts";

// From page to page
export { nextLinkOf } from "./page/next_link.ts";
export { nextPageUrl } from "./page/next_page_url.ts";
export { PageTrail } from "./page/page_trail.ts";
export { RefusedLinkError } from "./page/refused_link_error.ts";
export { parseWindow } from "./stream/parse_window.ts";

// The rate limit of the organisation
export { RateBudget } from "./page/rate_budget.ts";
export { parseRateLimit, type RateLimit } from "./errors/rate_limit.ts";

// The shapes that the API sends
export {
  type AuditUserEvents,
  AuditUserEventsSchema,
  type Link,
  LinkSchema,
} from "./page/audit_user_events.ts";
export { type Resource, ResourceSchema } from "./event/user_event.ts";
export type { Schema } from "./event/schema.ts";
export type { Problem, ProblemField } from "./errors/problem.ts";
export type { ThousandEyesErrorOptions } from "./errors/thousand_eyes_error.ts";

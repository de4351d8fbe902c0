import { type Clock, systemClock } from "../../stream/clock.ts";
import { redactor } from "../../stream/redact.ts";
import { type DecodedPage, decodePage } from "./decode_page.ts";
import { answeredToken } from "./echoed_token.ts";
import { nextLinkOf } from "./next_link.ts";
import { nextPageUrl } from "./next_page_url.ts";
import type { Page } from "./page.ts";
import { parseProblem } from "../errors/problem.ts";
import { redactError } from "../errors/redact_error.ts";
import { parseRateLimit, type RateLimit } from "../errors/rate_limit.ts";
import { RefusedLinkError } from "./refused_link_error.ts";
import { retryAfterMs } from "../../stream/retry_after.ts";
import { errorOfStatus } from "../errors/status_errors.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/** A `Retry-After` of 31 years or more is a mistake. */
const MAX_RETRY_AFTER_MS = 1e12;

/** What `processPage()` needs besides the response. */
export interface ProcessPageOptions {
  /** The URL that was requested; the next link must lead to the same resource. */
  requested: URL;
  /** The clock; the machine's by default. */
  clock?: Clock;
}

/**
 * Checks a response of the API: its status, its body, each of its events, and its next link. If the
 * response comes from `requestPage()` and repeats the token, neither the page nor an error does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { processPage } from "./process_page.ts";
 *
 * const requested = new URL("https://api.thousandeyes.com/v7/audit-user-events?window=1h");
 * const page = await processPage(Response.json({ auditEvents: [{ event: "Login failed." }] }), {
 *   requested,
 * });
 * assertEquals(page.events, [{ event: "Login failed." }]);
 * assertEquals(page.next, undefined);
 * ```
 *
 * @param response The response, as `requestPage()` returns it; its body is consumed.
 * @param options The URL that was requested.
 * @returns The page; items that are not valid events are set aside in `invalid`.
 * @throws {ThousandEyesError} The class of the status, or `not_json` or `wrong_shape`.
 * @throws {RefusedLinkError} If the page is valid, but its next link must not be followed.
 */
export async function processPage(
  response: Response,
  options: ProcessPageOptions,
): Promise<Page> {
  const token = answeredToken(response);
  try {
    return await checkAnswer(response, options, token);
  } catch (error) {
    throw token === undefined ? error : redactError(error, redactor(token));
  }
}

async function checkAnswer(
  response: Response,
  { requested, clock = systemClock }: ProcessPageOptions,
  token?: string,
): Promise<Page> {
  const now = clock.now();
  const rateLimit = parseRateLimit(response.headers, now);
  const apiTime = Date.parse(response.headers.get("date") ?? "");
  const told: ToldByHeaders = {
    ...(rateLimit !== undefined && { rateLimit }),
    ...(!Number.isNaN(apiTime) && { apiTime }),
  };
  const { status } = response;
  if (status !== 200) {
    const problem = parseProblem(await response.text());
    const retryAt = retryAtOf(response.headers, now) ??
      (status === 429 ? rateLimit?.resetAt : undefined);
    throw errorOfStatus(status, {
      ...told,
      ...(problem !== undefined && { problem }),
      ...(retryAt !== undefined && { retryAt }),
      // The API itself answers with JSON: a gateway in front of it has written this.
      retryable: /^text\/html\b/i.test(response.headers.get("content-type") ?? ""),
    });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const decoded = decode(bytes, told, token);
  const { events, invalid, startDate, endDate } = decoded;
  const page: Page = {
    events,
    invalid,
    next: undefined,
    ...(startDate !== undefined && { startDate }),
    ...(endDate !== undefined && { endDate }),
    ...told,
    bytes: bytes.length,
  };
  try {
    page.next = nextPageUrl(nextLinkOf(decoded.links), requested);
  } catch (refusal) {
    if (refusal instanceof ThousandEyesError) throw new RefusedLinkError(refusal, page);
    throw refusal;
  }
  return page;
}

/** What the headers of any answer tell. */
interface ToldByHeaders {
  rateLimit?: RateLimit;
  apiTime?: number;
}

/** When the API allows the next request, if the header says so. */
function retryAtOf(headers: Headers, now: number): number | undefined {
  const ms = retryAfterMs(headers.get("retry-after"), now);
  return ms !== undefined && ms < MAX_RETRY_AFTER_MS ? now + ms : undefined;
}

function decode(
  bytes: Uint8Array,
  told: ToldByHeaders,
  token: string | undefined,
): DecodedPage {
  try {
    return decodePage(bytes, token);
  } catch (error) {
    if (!(error instanceof ThousandEyesError)) throw error;
    const { code, message, cause, retryable } = error;
    throw new ThousandEyesError(code, message, { ...told, status: 200, cause, retryable });
  }
}

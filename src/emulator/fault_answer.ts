import type { FaultName } from "./fault.ts";
import { AUDIT_PATH, problem } from "./problem.ts";
import type { RateReading } from "./rate_window.ts";

/** What a fault mode needs to know about the request. */
export interface FaultRequest {
  readonly url: URL;
  readonly rate: RateReading;
  readonly faults: ReadonlySet<FaultName>;
  readonly otherOrigin: string;
  readonly hasCursor: boolean;
}

/**
 * The headers in which the API reports its rate limit.
 *
 * @param rate The reading of this request.
 */
export function rateHeaders(rate: RateReading): Record<string, string> {
  return {
    "X-Organization-Rate-Limit-Limit": String(rate.limit),
    "X-Organization-Rate-Limit-Remaining": String(rate.remaining),
    "X-Organization-Rate-Limit-Reset": String(rate.reset),
  };
}

/**
 * A 429 as a problem document.
 *
 * @param rate What the headers report.
 * @param withReset Whether they report when the minute ends.
 */
export function tooManyRequests(rate: RateReading, withReset: boolean): Response {
  const headers = rateHeaders({ ...rate, remaining: 0 });
  if (!withReset) delete headers["X-Organization-Rate-Limit-Reset"];
  const detail = `The organization's limit of ${rate.limit} requests a minute is used up`;
  return problem(429, { title: "Too Many Requests", detail, instance: AUDIT_PATH }, headers);
}

/**
 * The complete response of a fault mode that is on, if any makes one.
 *
 * @param request What is known about the request.
 * @returns The response, or `undefined` to continue.
 */
export function faultAnswer(request: FaultRequest): Response | undefined {
  const { faults, rate, url } = request;
  const headers = rateHeaders(rate);
  if (faults.has("too-many-requests")) return tooManyRequests(rate, true);
  if (faults.has("too-many-requests-no-reset")) return tooManyRequests(rate, false);
  if (faults.has("forbidden")) {
    const members = { title: "Forbidden", detail: "Insufficient permissions", status: 0 };
    return problem(403, { ...members, instance: AUDIT_PATH }, headers);
  }
  if (faults.has("empty-404")) return new Response(null, { status: 404, headers });
  if (faults.has("server-error")) {
    const detail = "Optional detail about the internal error message.";
    return problem(500, { title: "Internal server error", detail, instance: "/v7" }, headers);
  }
  if (faults.has("html-502")) {
    const body =
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>";
    return new Response(body, { status: 502, headers: { "content-type": "text/html" } });
  }
  if (faults.has("maintenance-503")) {
    return problem(503, { title: "Service Unavailable", detail: "The API is in maintenance mode" });
  }
  if (faults.has("redirect")) {
    const location = `${request.otherOrigin}${url.pathname}${url.search}`;
    return new Response(null, { status: 302, headers: { location } });
  }
  if (faults.has("expired-cursor") && request.hasCursor) {
    return problem(400, { title: "Error in field cursor : Cursor has expired." }, headers);
  }
  return undefined;
}

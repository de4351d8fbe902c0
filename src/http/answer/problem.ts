import { jsonText } from "../../stream/json_text.ts";
import { responseHeaders, wholeAnswer } from "./response.ts";

/** Every problem by its code. Clients may rely on codes and statuses; titles may change. */
export const PROBLEMS = {
  access_unavailable: [503, "Cloudflare Access cannot be checked"],
  conflict: [409, "Conflict with the current state"],
  cross_site: [403, "The change does not come from the page"],
  forbidden: [403, "Insufficient scope"],
  internal: [500, "Internal server error"],
  invalid_backup: [422, "The backup cannot be restored"],
  invalid_endpoint: [422, "The endpoint cannot be used"],
  invalid_request: [400, "Invalid request"],
  invalid_rules: [422, "The rules cannot be put in force"],
  method_not_allowed: [405, "Method not allowed"],
  misconfigured: [503, "The service is misconfigured"],
  no_tokens_configured: [401, "No API tokens are configured"],
  not_acceptable: [406, "No form of the answer is acceptable"],
  not_found: [404, "Not found"],
  overloaded: [503, "Too many open streams"],
  token_expired: [401, "The API token has expired"],
  source_required: [400, "Several sources may be meant"],
  too_many_failures: [429, "Too many failed authentications"],
  too_many_requests: [429, "Too many requests"],
  too_large: [413, "The body is too large"],
  unauthorized: [401, "A valid API token is required"],
  unsupported_media_type: [415, "The body is of an unknown type"],
  unknown_source: [404, "There is no such source"],
  unavailable: [503, "The log is temporarily unavailable"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** The code of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;

const MEDIA_TYPE = "application/problem+json";

/**
 * Whether an answer is a problem document.
 *
 * @param response The answer.
 */
export function isProblem({ headers }: Response): boolean {
  return headers.get("Content-Type")?.startsWith(MEDIA_TYPE) ?? false;
}

/** What a problem says beyond its code. */
export interface ProblemDetails {
  /** What went wrong this time and how to fix it; never the message or stack of an error. */
  detail?: string;
  /** Further members of the document. */
  members?: Record<string, unknown>;
  /** Further headers. */
  headers?: Record<string, string>;
}

/**
 * Answers with a problem document (RFC 9457).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { problem } from "./problem.ts";
 *
 * const response = problem("not_found");
 * assertEquals(response.status, 404);
 * assertEquals(await response.json(), {
 *   type: "urn:panoptes:problem:not_found",
 *   title: "Not found",
 *   status: 404,
 *   code: "not_found",
 * });
 * ```
 *
 * @param code Which problem; it determines the HTTP status and the title.
 * @param details What this occurrence adds.
 * @returns The response, of type `application/problem+json`.
 */
export function problem(
  code: ProblemCode,
  { detail, members, headers }: ProblemDetails = {},
): Response {
  const [status, title] = PROBLEMS[code];
  const type = `urn:panoptes:problem:${code}`;
  const challenge: Record<string, string> = status === 401
    ? { "WWW-Authenticate": `Bearer realm="panoptes"` }
    : {};
  return wholeAnswer(jsonText({ type, title, status, code, detail, ...members }), {
    status,
    headers: responseHeaders(MEDIA_TYPE, { ...challenge, ...headers }),
  });
}

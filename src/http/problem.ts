import { responseHeaders } from "./response.ts";

/** What can go wrong, as a client may rely on it: the codes are stable, the words are not. */
export type ProblemCode =
  | "conflict"
  | "forbidden"
  | "internal"
  | "invalid_request"
  | "method_not_allowed"
  | "misconfigured"
  | "no_tokens_configured"
  | "not_found"
  | "overloaded"
  | "unauthorized"
  | "unavailable";

const PROBLEMS: Record<ProblemCode, readonly [status: number, title: string]> = {
  conflict: [409, "The resource is busy with something else"],
  forbidden: [403, "The token lacks the scope for this"],
  internal: [500, "Something went wrong here"],
  invalid_request: [400, "The request cannot be understood"],
  method_not_allowed: [405, "The resource does not take this method"],
  misconfigured: [503, "The service is not configured properly"],
  no_tokens_configured: [401, "No API token is configured"],
  not_found: [404, "There is nothing here"],
  overloaded: [503, "Too many read the log at the moment"],
  unauthorized: [401, "A valid API token is needed"],
  unavailable: [503, "The log cannot be reached at the moment"],
};

/** What a problem says beyond its code. */
export interface ProblemDetails {
  /** What happened this time and what would help; never an error's own text or stack. */
  detail?: string;
  /** Further members of the document. */
  members?: Record<string, unknown>;
  /** Further header fields. */
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
 *   title: "There is nothing here",
 *   status: 404,
 *   code: "not_found",
 * });
 * ```
 *
 * @param code Which problem; it decides the status.
 * @param details What this one says beyond that.
 * @returns The answer, of type `application/problem+json`.
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
  return new Response(JSON.stringify({ type, title, status, code, detail, ...members }), {
    status,
    headers: responseHeaders("application/problem+json", { ...challenge, ...headers }),
  });
}

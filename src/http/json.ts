import { responseHeaders } from "./response.ts";

/**
 * Answers with JSON.
 *
 * @param value What is answered.
 * @param status The status; 200 by default.
 */
export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: responseHeaders("application/json"),
  });
}

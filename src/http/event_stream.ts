import { responseHeaders } from "./response.ts";

/** The media type of an event stream. */
export const EVENT_STREAM = "text/event-stream";

/**
 * Answers with an event stream.
 *
 * @param body Its frames; null for a HEAD request.
 * @returns The answer, with the header fields that keep proxies from holding it back.
 */
export function eventStream(body: BodyInit | null): Response {
  return new Response(body, {
    headers: responseHeaders(`${EVENT_STREAM}; charset=utf-8`, {
      "Cache-Control": "no-cache, no-transform",
      "Vary": "Accept",
      "X-Accel-Buffering": "no",
    }),
  });
}

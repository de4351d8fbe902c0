import { jsonText } from "../../stream/json_text.ts";

/** Responses are for programs that hold a token: no page, frame, script or cache may have them. */
const SECURITY = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
};

/** The media type of an event stream. */
export const EVENT_STREAM = "text/event-stream";

/**
 * The headers of every response. There is no CORS header: pages of other origins read nothing.
 *
 * @param contentType The media type.
 * @param extra Further headers, which take precedence.
 * @returns A new object.
 */
export function responseHeaders(
  contentType: string,
  extra: Record<string, string> = {},
): Record<string, string> {
  return { ...SECURITY, "Content-Type": contentType, ...extra };
}

const encoder = new TextEncoder();

/**
 * Answers with a body as a whole, so that its length is known.
 *
 * @param body The text, or the bytes.
 * @param init The status and the headers, as `responseHeaders()` returns them.
 * @returns The response.
 */
export function wholeAnswer(
  body: string | Uint8Array<ArrayBuffer>,
  { status = 200, headers }: { status?: number; headers: Record<string, string> },
): Response {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  return new Response(bytes, {
    status,
    headers: { ...headers, "Content-Length": String(bytes.length) },
  });
}

/**
 * Answers with JSON.
 *
 * @param value The value to send.
 * @param status The HTTP status; 200 by default.
 * @param extra Further headers, which take precedence.
 * @returns The response.
 */
export function json(
  value: unknown,
  status = 200,
  extra: Record<string, string> = {},
): Response {
  return wholeAnswer(jsonText(value), {
    status,
    headers: responseHeaders("application/json", extra),
  });
}

/**
 * Answers with an event stream.
 *
 * @param body Its frames, all of them or a stream of them; null for a HEAD request.
 * @returns The response, with the headers that keep proxies from buffering it.
 */
export function eventStream(body: ReadableStream<Uint8Array> | string | null): Response {
  const headers = responseHeaders(`${EVENT_STREAM}; charset=utf-8`, {
    "Cache-Control": "no-cache, no-transform",
    "Vary": "Accept",
    "X-Accel-Buffering": "no",
  });
  return typeof body === "string"
    ? wholeAnswer(body, { headers })
    : new Response(body, { headers });
}

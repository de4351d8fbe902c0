import { EVENT_STREAM, eventStream } from "../http/event_stream.ts";
import { problem } from "../http/problem.ts";
import { overloadedStream } from "../sse/overloaded.ts";

/**
 * Whether a call to a Durable Object may be made again: the runtime says so itself, and an object that has too
 * much to do is not helped by a second call.
 *
 * @param error What the call was rejected with.
 */
export function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = (error ?? {}) as { retryable?: unknown; overloaded?: unknown };
  return retryable === true && overloaded !== true;
}

/**
 * Passes a request on to the log and its answer back, untouched: the stream is made there and is cancelled there.
 *
 * @param send Calls the object, through a new stub each time, since one that has failed stays failed.
 * @param request The request.
 * @param report Told of what went wrong.
 * @returns The answer, or a problem if the log cannot be reached; for a client of event streams a stream that sends it away
 *   for a while.
 */
export async function forward(
  send: (request: Request) => Promise<Response>,
  request: Request,
  report: (error: unknown) => void,
): Promise<Response> {
  try {
    return await send(request);
  } catch (error) {
    // A read has no body and changes nothing, so it can be repeated; twice is enough, the client comes back anyway.
    if (request.method === "GET" && isRetryable(error)) {
      try {
        return await send(request);
      } catch (again) {
        report(again);
      }
    } else report(error);
    // After any other status than 200, clients of event streams never come back.
    if (request.headers.get("Accept")?.includes(EVENT_STREAM)) {
      return eventStream(overloadedStream());
    }
    return problem("unavailable", { headers: { "Retry-After": "2" } });
  }
}

import { problem } from "../http/answer/problem.ts";
import { eventStream } from "../http/answer/response.ts";
import { isForEventStream } from "../http/routes/events_and_alerts.ts";
import { overloadedStream } from "../sse/overloaded.ts";

/**
 * Whether a call to a Durable Object may be repeated: the runtime says so itself, and a second call
 * would not help an overloaded object.
 *
 * @param error What the call was rejected with.
 * @returns Whether to repeat it.
 */
export function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = (error ?? {}) as { retryable?: unknown; overloaded?: unknown };
  return retryable === true && overloaded !== true;
}

/**
 * Passes a request on to the log and the response back, unchanged: a stream is produced and
 * cancelled there.
 *
 * @param send Calls the object, through a new stub each time, since a failed one stays failed.
 * @param request The request.
 * @param report Receives errors.
 * @returns The response, or a problem if the log cannot be reached. A client of event streams gets
 *   a stream that tells it to reconnect later.
 */
export async function forward(
  send: (request: Request) => Promise<Response>,
  request: Request,
  report: (error: unknown) => void,
): Promise<Response> {
  try {
    return await send(request);
  } catch (error) {
    // A read has no body and changes nothing, so it can be repeated: once, since clients retry too.
    if (request.method === "GET" && isRetryable(error)) {
      try {
        return await send(request);
      } catch (again) {
        report(again);
      }
    } else report(error);
    // Clients of event streams never reconnect after a status other than 200.
    if (isForEventStream(request)) {
      return eventStream(overloadedStream());
    }
    return problem("unavailable", { headers: { "Retry-After": "2" } });
  }
}

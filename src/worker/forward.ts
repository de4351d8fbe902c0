import { problem } from "../http/problem.ts";

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
 * @returns The answer, or a problem if the log cannot be reached.
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
    return problem("unavailable", { headers: { "Retry-After": "2" } });
  }
}

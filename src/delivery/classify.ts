import type { Outcome, OutcomeCode } from "./outcome.ts";

/**
 * Tells what an HTTP status means for the message (Standard Webhooks, section "Deliverability and
 * reliability").
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classifyStatus } from "./classify.ts";
 *
 * assertEquals([204, 302, 401, 410, 429, 500].map(classifyStatus), [
 *   "ok",
 *   "permanent",
 *   "permanent",
 *   "gone",
 *   "throttle",
 *   "retry",
 * ]);
 * ```
 *
 * @param status The status; 0 where the runtime hides a redirect.
 * @returns The outcome's kind.
 */
export function classifyStatus(status: number): Outcome["kind"] {
  if (status >= 200 && status < 300) return "ok";
  if (status === 410) return "gone";
  if (status === 429 || (status >= 502 && status <= 504)) return "throttle";
  // A request that came too late or too early is worth the same request again.
  if (status === 408 || status === 425) return "retry";
  return status < 500 ? "permanent" : "retry";
}

/**
 * Tells why there was no answer, as a stable code. The error's message is used for nothing else:
 * runtimes put the whole URL into it, which may contain a secret.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classifyError } from "./classify.ts";
 *
 * const error = new TypeError("error sending request: tcp connect error: Connection refused");
 * assertEquals(classifyError(error), "connection_refused");
 * ```
 *
 * @param error What the runtime's `fetch` rejected with.
 * @returns The outcome's code; `unreachable` if the message is not recognised.
 */
export function classifyError(error: unknown): OutcomeCode {
  if (error instanceof DOMException && error.name === "TimeoutError") return "timed_out";
  const text = textOf(error);
  if (/\bdns\b(?!:)|lookup|name resolution|ENOTFOUND/i.test(text)) return "name_unknown";
  if (/certificate|\btls\b|\bssl\b|handshake/i.test(text)) return "tls_failed";
  if (/refused/i.test(text)) return "connection_refused";
  return "unreachable";
}

/** The messages of an error and its causes, without the URLs that runtimes put in brackets. */
function textOf(error: unknown): string {
  let text = "";
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; depth++) {
    text += `${cause.message.replace(/\([a-z]+:[^)]*\)/gi, "")} `;
    cause = cause.cause;
  }
  return text;
}

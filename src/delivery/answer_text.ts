import { safeText } from "../stream/plain_text.ts";
import type { LastAnswer } from "../store/endpoint_state.ts";

/** What to do about a status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: "The receiver does not understand the message: check the endpoint's format and options.",
  401: "The receiver refuses the credentials: check the key in headers, options or url.",
  403:
    "The receiver refuses access: check the key, its permissions, and any allow-list of addresses.",
  404: "Nothing is at this address: check url, and whether the webhook still exists there.",
  405: "The address takes no POST: check url.",
  410:
    "The receiver wants no more messages: make a new webhook there and set its url, or remove the endpoint.",
  413: "The message is too large for the receiver: raise its limit, or choose a shorter format.",
  415: "The receiver wants another media type: check the endpoint's format.",
  422: "The receiver refuses the content: check the endpoint's format and options.",
  429: "The receiver limits the rate, and Panoptes keeps to it; maxPerMinute sets a lower limit.",
};

/** What to do where there was no answer. */
const BY_CODE: Readonly<Record<string, string>> = {
  url_refused: "The URL must not be called: check url, and the settings that allow exceptions.",
  misconfigured: "The endpoint's entry in the settings is refused: repair it.",
  name_unknown: "The host name is unknown: check url and the DNS.",
  tls_failed: "The TLS connection fails: check the receiver's certificate.",
  connection_refused: "Nothing listens there: check url, and whether the receiver runs.",
  timed_out: "No answer came in time: check the receiver, or raise timeoutMs.",
  unreachable: "The receiver cannot be reached: check url, and whether it runs.",
};

/**
 * What an operator can do about an answer that is no success.
 *
 * @example
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { hintFor } from "./answer_text.ts";
 *
 * assertMatch(hintFor({ code: "answered", status: 401 }), /check the key/);
 * assertMatch(hintFor({ code: "timed_out", status: null }), /timeoutMs/);
 * ```
 *
 * @param answer How an attempt ended.
 * @returns One sentence.
 */
export function hintFor({ code, status }: Pick<LastAnswer, "code" | "status">): string {
  if (status === null) return BY_CODE[code] ?? "Check the receiver.";
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 300 && status < 400) {
    return "The receiver redirects, which is never followed: set url to the new address.";
  }
  return status >= 500
    ? "The receiver fails: look at its own log and status page."
    : "The receiver refuses the message: check url, key and format.";
}

/**
 * An answer in words.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { answerText } from "./answer_text.ts";
 *
 * const answer = { code: "answered", status: 400, excerpt: "no_text" };
 * assertEquals(answerText(answer), "400: no_text");
 * ```
 *
 * @param answer How an attempt ended.
 * @returns The status with the start of the body, or the code where there was no answer; at most
 *   about 130 characters.
 */
export function answerText(
  { code, status, excerpt }: Pick<LastAnswer, "code" | "status" | "excerpt">,
): string {
  if (status === null) return code;
  return excerpt === null ? String(status) : `${status}: ${safeText(excerpt, " ", 120)}`;
}

import { redactor } from "../../stream/redact.ts";
import { readBytes } from "../../stream/read_bytes.ts";
import { systemClock } from "../../stream/clock.ts";
import { withDeadline } from "../../stream/with_deadline.ts";
import { answering } from "./echoed_token.ts";
import { DEFAULT_BASE_URL, parseBaseUrl } from "./base_url.ts";
import type { PageOptions, Token } from "./page_options.ts";
import { redactError } from "../errors/redact_error.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

const ACCEPT = "application/hal+json, application/json, application/problem+json";
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** The statuses whose response must not have a body. */
const NULL_BODY = new Set([204, 205]);

/**
 * Makes one request for one page and reads the body. This is the only place that sends the token,
 * and it sends it only to the origin of `baseUrl`: it rejects any other URL before the request, and
 * any redirect after it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { requestPage } from "./request_page.ts";
 *
 * const url = new URL("https://api.thousandeyes.com/v7/audit-user-events?window=1h");
 * const response = await requestPage(url, {
 *   token: "made-up",
 *   fetch: (_url, { headers }) =>
 *     Promise.resolve(Response.json(new Headers(headers).get("authorization"))),
 * });
 * assertEquals(await response.json(), "Bearer made-up");
 * ```
 *
 * @param url The page, at the origin of `baseUrl`.
 * @param options The token, the network, time and limits; only `readPage()` uses `retry` and
 * `budget`.
 * @returns The response, whatever its status, with the complete body in memory, as it was sent: it
 * may repeat the token, which `processPage()` then takes out of the page and of every error.
 * @throws {ThousandEyesError} `foreign_link`, `redirect_refused`, `network`, `timeout` or
 * `body_too_large`.
 */
export async function requestPage(url: URL, options: PageOptions): Promise<Response> {
  const base = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
  if (
    url.protocol !== base.protocol || url.host !== base.host || url.username !== "" ||
    url.password !== ""
  ) {
    throw new ThousandEyesError(
      "foreign_link",
      `Cannot list audit events: ${url.protocol}//${url.host} is not the API at ${base.origin}`,
    );
  }
  const { clock = systemClock, signal, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options;
  // Called as a plain function: workerd's own fetch refuses to be a method of something else.
  const fetchPage = options.fetch ?? fetch;
  signal?.throwIfAborted();
  const token = await tokenOf(options.token);
  let deadline: AbortSignal | undefined;
  try {
    return await withDeadline(timeoutMs, async (either) => {
      deadline = either;
      const response = await fetchPage(url, {
        headers: { accept: ACCEPT, authorization: `Bearer ${token}` },
        redirect: "manual",
        signal: either,
      });
      return answering(await wholeOf(response, maxBytes, either), token);
    }, { clock, signal });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const redact = redactor(token);
    if (cause instanceof ThousandEyesError) throw redactError(cause, redact);
    const [code, reason] = deadline?.aborted
      ? ["timeout", `no complete response within ${timeoutMs} ms`] as const
      : ["network", "no response, or the connection was lost"] as const;
    const message = `Cannot list audit events: ${reason}`;
    // What the runtime says may quote the URL, whose cursor the API chose.
    throw redactError(new ThousandEyesError(code, message, { cause, retryable: true }), redact);
  }
}

/** A copy of the response that no longer depends on the network. */
async function wholeOf(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Response> {
  const { status, statusText, headers } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    const message =
      `Cannot list audit events: ${status}: the API responded with a redirect, which is not followed`;
    throw new ThousandEyesError("redirect_refused", message, { status });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(response.body, maxBytes, signal);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = `Cannot list audit events: the body has more than ${maxBytes} bytes`;
    throw new ThousandEyesError("body_too_large", message, { status, cause });
  }
  return new Response(NULL_BODY.has(status) ? null : bytes as Uint8Array<ArrayBuffer>, {
    status,
    statusText,
    headers,
  });
}

async function tokenOf(token: Token): Promise<string> {
  const text = typeof token === "function" ? await token() : token;
  checkToken(text);
  return text;
}

/**
 * Rejects what cannot be a bearer token, without repeating it: `Headers` would put it into its
 * message.
 *
 * @param token The token.
 * @throws {TypeError} If the token is empty or contains anything but visible ASCII.
 */
export function checkToken(token: string): void {
  if (typeof token !== "string" || token === "") {
    throw new TypeError("Cannot list audit events: the token is missing");
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError("Cannot list audit events: the token is not visible ASCII without spaces");
  }
}

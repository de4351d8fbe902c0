import type { Fetch } from "../stream/fetch.ts";
import type { Clock } from "../stream/clock.ts";
import { withDeadline } from "../stream/with_deadline.ts";
import { checkUrl } from "./check_url.ts";
import { classifyError, classifyStatus } from "./classify.ts";
import type { Endpoint } from "./endpoint.ts";
import { formats } from "./format/formats.ts";
import type { Outcome } from "./outcome.ts";
import { isPublicAddress } from "./public_address.ts";
import { readExcerpt } from "./read_excerpt.ts";
import { retryAfterMs } from "../stream/retry_after.ts";
import { sign } from "./sign.ts";
import { untilAborted } from "./until_aborted.ts";

/** What one attempt needs from outside. */
export interface AttemptOptions {
  /** Gives the timestamp that is signed, and ends the attempt in time. */
  readonly clock: Clock;
  /** Does the POST; default the runtime's own. */
  readonly fetch?: Fetch;
  /**
   * All addresses of a host name, where the runtime can look them up; none may be private. The connection
   * looks the name up again, so this hinders DNS rebinding and does not exclude it: only an egress proxy does.
   */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Host names that are never called, such as our own; see `checkUrl()`. */
  readonly refusedHosts?: readonly string[];
  /** Ends the attempt early: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What is sent in one attempt. */
export interface AttemptMessage {
  /** The alert's id. */
  readonly webhookId: string;
  /** The exact text to sign and send, made once by the endpoint's format. */
  readonly body: string;
}

const utf8 = new TextEncoder();

/**
 * Makes one attempt: one signed POST, no redirect followed, a few kilobytes of the answer read at most.
 *
 * Whatever the receiver does is an outcome, not an error; the promise rejects only when the caller aborts, or
 * for a malformed secret or id, and then nothing was sent.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parse } from "valibot";
 * import { systemClock } from "../stream/clock.ts";
 * import { attempt } from "./attempt.ts";
 * import { EndpointSchema } from "./endpoint.ts";
 *
 * const endpoint = parse(EndpointSchema, {
 *   name: "siem",
 *   url: "https://siem.example.com/hook",
 *   secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
 * });
 * const outcome = await attempt({ webhookId: "a1b2", body: "{}" }, endpoint, {
 *   clock: systemClock,
 *   fetch: () => Promise.resolve(new Response(null, { status: 204 })),
 * });
 * assertEquals([outcome.kind, outcome.status], ["ok", 204]);
 * ```
 *
 * @param message What is sent.
 * @param endpoint Where to, and signed with what.
 * @param options Clock, network, signal.
 * @returns What became of it, within the endpoint's `timeoutMs`.
 * @throws {unknown} `options.signal.reason` when the caller aborts.
 */
export async function attempt(
  message: AttemptMessage,
  endpoint: Endpoint,
  options: AttemptOptions,
): Promise<Outcome> {
  const { clock, signal } = options;
  signal?.throwIfAborted();
  const at = clock.now();
  const ended = (
    outcome: Pick<Outcome, "kind" | "code" | "status" | "retryAfterMs" | "excerpt">,
  ) => ({
    ...outcome,
    at,
    durationMs: clock.now() - at,
  });
  const body = utf8.encode(message.body);
  const headers = await sign({
    webhookId: message.webhookId,
    now: at,
    body,
    secrets: [endpoint.secret, ...endpoint.previousSecrets],
  });

  try {
    return await withDeadline(endpoint.timeoutMs, async (stop) => {
      const url = await urlToCall(endpoint, options, stop);
      if (!url) return ended({ kind: "permanent", code: "url_refused" });
      const response = await post(url, {
        method: "POST",
        // A redirect would carry the message to a host that nobody checked.
        redirect: "manual",
        headers: {
          ...headers,
          "content-type": formats[endpoint.format].contentType,
          "user-agent": "Panoptes-Webhooks/1",
        },
        body,
        signal: stop,
      }, options.fetch ?? fetch);
      const asked = response.ok
        ? undefined
        : retryAfterMs(response.headers.get("retry-after"), clock.now());
      const excerpt = await readExcerpt(response, stop);
      signal?.throwIfAborted();
      return ended({
        kind: classifyStatus(response.status),
        code: "answered",
        status: response.status,
        ...(asked === undefined ? {} : { retryAfterMs: asked }),
        ...(excerpt === "" ? {} : { excerpt }),
      });
    }, { clock, signal });
  } catch (error) {
    signal?.throwIfAborted();
    return ended({ kind: "retry", code: classifyError(error) });
  }
}

/** The checked URL, or undefined where it, or an address behind its name, may not be called. */
async function urlToCall(
  endpoint: Endpoint,
  { resolve, refusedHosts = [] }: AttemptOptions,
  stop: AbortSignal,
): Promise<URL | undefined> {
  const checked = checkUrl(endpoint.url, { ...endpoint, refusedHosts });
  if ("refused" in checked) return undefined;
  if (!resolve || checked.loopback) return checked.url;
  const addresses = await untilAborted(resolve(checked.url.hostname, stop), stop);
  if (addresses.length === 0) {
    throw new Error("Cannot look up the host of an endpoint: DNS has no address for it");
  }
  return addresses.every(isPublicAddress) ? checked.url : undefined;
}

/** Like `fetch`, but certain to settle once the signal aborts; an answer that comes later is thrown away. */
function post(
  url: URL,
  init: RequestInit & { signal: AbortSignal },
  fetch: Fetch,
): Promise<Response> {
  const answer = fetch(url, init);
  answer.then((late) => init.signal.aborted ? late.body?.cancel() : undefined).catch(() => {});
  return untilAborted(answer, init.signal);
}

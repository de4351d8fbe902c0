import type { Clock } from "../stream/clock.ts";
import type { Fetch } from "../stream/fetch.ts";
import { redactor } from "../stream/redact.ts";
import { retryAfterMs } from "../stream/retry_after.ts";
import { withDeadline } from "../stream/with_deadline.ts";
import { checkUrl, type HostRules } from "./check_url.ts";
import { classifyError, classifyStatus } from "./classify.ts";
import { type Endpoint, secretsOf } from "./endpoint.ts";
import type { FormattedRequest } from "./format/format.ts";
import { formatOf } from "./format/formats.ts";
import type { Outcome } from "./outcome.ts";
import { isPublicAddress } from "./public_address.ts";
import { readExcerpt } from "./read_excerpt.ts";
import { textsOfSecret } from "./secret.ts";
import { sign } from "./sign.ts";
import { untilAborted } from "./until_aborted.ts";

/**
 * Like `fetch`, and told which addresses of the host were checked: it must connect to one of them,
 * where its runtime lets it choose. The list is empty where names are not resolved.
 */
export type PinnedFetch = (
  url: URL,
  init: RequestInit,
  addresses: readonly string[],
) => Promise<Response>;

/** What one attempt needs from outside, and the hosts that the operator permits. */
export interface AttemptOptions extends HostRules {
  /** Gives the timestamp that is signed, and ends the attempt in time. */
  readonly clock: Clock;
  /** Sends the request; default the runtime's own `fetch`. */
  readonly fetch?: PinnedFetch;
  /**
   * Resolves a host name to all its addresses, none of which may be private, where the runtime can
   * do that. They are then given to `fetch`: one that resolves the name again hinders DNS rebinding,
   * but cannot rule it out.
   */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Ends the attempt early: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** The content of one attempt. */
export interface AttemptMessage {
  /** The alert's id. */
  readonly webhookId: string;
  /** What the endpoint's format made: its body is the exact string that is signed and sent. */
  readonly request: FormattedRequest;
}

const utf8 = new TextEncoder();

/**
 * Makes one attempt: sends one signed POST, follows no redirect, and reads at most 4 KiB of the
 * answer.
 *
 * Whatever the receiver does is an outcome, not an error. The promise rejects only when the caller
 * aborts, or if a secret or the id is malformed, in which case nothing was sent.
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
 * const request = { headers: { "content-type": "application/json" }, body: "{}" };
 * const outcome = await attempt({ webhookId: "a1b2", request }, endpoint, {
 *   clock: systemClock,
 *   fetch: () => Promise.resolve(new Response(null, { status: 204 })),
 * });
 * assertEquals([outcome.kind, outcome.status], ["ok", 204]);
 * ```
 *
 * @param message The content.
 * @param endpoint The endpoint to send it to, with its secrets.
 * @param options Clock, network and signal.
 * @returns The outcome, within the endpoint's `timeoutMs`.
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
  const { webhookId, request } = message;
  const body = utf8.encode(request.body);
  const format = formatOf(endpoint.format);
  const secrets = secretsOf(endpoint);
  const signature = secrets.length === 0 ? {} : await sign({ webhookId, now: at, body, secrets });

  try {
    return await withDeadline(endpoint.timeoutMs, async (stop) => {
      const target = await targetOf(endpoint, options, stop);
      if ("refused" in target) {
        return ended({ kind: "permanent", code: "url_refused", excerpt: target.refused });
      }
      const { url, addresses } = target;
      const { path } = request;
      // A function, since a path with a dollar sign would be taken for a pattern.
      if (path !== undefined) url.pathname = url.pathname.replace(/\/?$/, () => path);
      const query = Object.entries(request.query ?? {});
      for (const [name, value] of query) url.searchParams.set(name, value);
      const response = await post(url, {
        method: "POST",
        // A redirect would take the message to a host that was never checked.
        redirect: "manual",
        headers: {
          ...endpoint.headers,
          ...signature,
          ...request.headers,
          "user-agent": "Panoptes-Webhooks/1",
        },
        body,
        signal: stop,
      }, (url, init) => (options.fetch ?? fetch)(url, init, addresses));
      const asked = response.ok
        ? undefined
        : retryAfterMs(response.headers.get("retry-after"), clock.now());
      // A receiver knows the secrets, and its answer may repeat one, with its prefix or without.
      const redact = redactor(
        ...secrets.flatMap(textsOfSecret),
        ...Object.values(endpoint.headers).flatMap(secretsOfHeader),
        ...(format.secretsOf?.(endpoint.options) ?? []),
        ...secretsOfUrl(url),
      );
      const excerpt = redact(await readExcerpt(response, stop));
      signal?.throwIfAborted();
      const kind = classifyStatus(response.status);
      return ended({
        kind: kind === "ok" ? format.refusal?.(excerpt) ?? kind : kind,
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

/** The checked URL and addresses; or why it, or an address of its host, must not be called. */
async function targetOf(
  endpoint: Endpoint,
  { resolve, refusedHosts = [], allowedHosts = [] }: AttemptOptions,
  stop: AbortSignal,
): Promise<{ url: URL; addresses: readonly string[] } | { refused: string }> {
  const checked = checkUrl(endpoint.url, { ...endpoint, refusedHosts, allowedHosts });
  if ("refused" in checked) return checked;
  const { url, loopback } = checked;
  if (!resolve || loopback) return { url, addresses: [] };
  const addresses = await untilAborted(resolve(url.hostname, stop), stop);
  if (addresses.length === 0) {
    throw new Error("Cannot look up the host of an endpoint: DNS has no address for it");
  }
  return addresses.every(isPublicAddress)
    ? { url, addresses }
    : { refused: "its host has an address that is not public" };
}

/**
 * The parts of a webhook's address that may be its key: long ones, and shorter ones with a digit,
 * which no ordinary word has.
 */
function secretsOfUrl({ pathname, searchParams }: URL): string[] {
  const segments = pathname.split("/").flatMap((segment) => [segment, decoded(segment)]);
  return [...segments, ...searchParams.values()].filter((part) =>
    part.length >= 16 || (part.length >= 6 && /\d/.test(part))
  );
}

/** A part of a path without its percent signs; as it is, if they are not those of UTF-8. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The words of a header, and the password that they may encode. */
function secretsOfHeader(value: string): string[] {
  const words = value.split(" ");
  const [scheme, encoded = ""] = words;
  if (scheme?.toLowerCase() !== "basic" || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return words;
  try {
    const [, ...password] = atob(encoded).split(":");
    return [...words, password.join(":")];
  } catch {
    return words;
  }
}

/**
 * Like `fetch`, but always settles when the signal aborts; an answer that arrives later is
 * discarded.
 */
function post(
  url: URL,
  init: RequestInit & { signal: AbortSignal },
  fetch: Fetch,
): Promise<Response> {
  const answer = fetch(url, init);
  answer.then((late) => init.signal.aborted ? late.body?.cancel() : undefined).catch(() => {});
  return untilAborted(answer, init.signal);
}

import * as v from "valibot";
import type { Alert } from "../alert/alert.ts";
import { type Clock, systemClock } from "../stream/clock.ts";
import type { Fetch } from "../stream/fetch.ts";
import { answerText, hintFor } from "./answer_text.ts";
import { attempt } from "./attempt.ts";
import { type Endpoint, EndpointSchema } from "./endpoint.ts";
import { type FormatName, formatOf } from "./format/formats.ts";
import type { Outcome, OutcomeCode } from "./outcome.ts";
import { retryDelay } from "./retry_schedule.ts";
import { takesAlert } from "./takes_alert.ts";

/** Where alerts go, and how. Only `url` is required, and `secret` where the format signs. */
export interface WebhookOptions {
  /** The address: https to a public name on port 443. It may itself be a secret. */
  readonly url: string;
  /** The shape of the body, such as `slack` or `teams`; default `standard`, which signs. */
  readonly format?: FormatName;
  /** What only this format needs, such as a key; default none. */
  readonly options?: unknown;
  /** What signs: a shared secret (`whsec_`) or an Ed25519 private key (`whsk_`). */
  readonly secret?: string;
  /** Up to two secrets that also sign, during a rotation; default none. */
  readonly previousSecrets?: string[];
  /** Up to 16 further headers by name; default none. */
  readonly headers?: Record<string, string>;
  /** The lowest level of alert that is sent; default `medium`. */
  readonly minLevel?: Alert["level"];
  /** Only alerts of rules with one of these tags: up to 100; letter case is ignored. Default all. */
  readonly tags?: string[];
  /** The delay before each attempt in milliseconds, without jitter; at most 50 attempts. */
  readonly retryScheduleMs?: number[];
  /** The timeout of one attempt, in milliseconds, 100 to 30,000; default 15,000. */
  readonly timeoutMs?: number;
  /** Ports allowed besides 443; default none. */
  readonly allowedPorts?: number[];
  /** For development only: allows `http:` to a loopback address, on any port; default false. */
  readonly allowHttpLoopback?: boolean;
  /** Stops everything at once, waits included; the rejection is its reason, unchanged. */
  readonly signal?: AbortSignal;
  /** Makes the requests; the global `fetch` by default. */
  readonly fetch?: Fetch;
  /**
   * Resolves a host name to all its addresses, none of which may be private. Without it, the host is
   * judged by its name alone.
   */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Called before the wait that precedes each retry, and awaited. */
  readonly onRetry?: (retry: WebhookRetry) => void | Promise<void>;
  /**
   * Called with an alert that cannot be delivered, and awaited; the next one follows. Without it,
   * the error is thrown, which ends the iteration.
   */
  readonly onUndelivered?: (error: WebhookError) => void | Promise<void>;
  /** The clock; the machine's by default. */
  readonly clock?: Clock;
  /** The source of randomness, in [0, 1); `Math.random` by default. */
  readonly random?: () => number;
}

/** A failed attempt that will be repeated. */
export interface WebhookRetry {
  /** The number of attempts so far, from 1. */
  readonly attempt: number;
  /** Why the last one failed. */
  readonly error: WebhookError;
  /** How long until the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/** Why an alert was not delivered. Its message contains neither the path of the URL nor a secret. */
export class WebhookError extends Error {
  /** Always `WebhookError`. */
  override readonly name = "WebhookError";
  /** What happened; `answered` if the receiver answered with a `status` that is not a success. */
  readonly code: OutcomeCode;
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** How many attempts were made. */
  readonly attempts: number;
  /** The alert; its id is the `webhook-id`. */
  readonly alert: Alert;

  /**
   * Makes an error; callers of `toWebhook()` need not.
   *
   * @param message What failed, and what to do.
   * @param facts What is known about it.
   */
  constructor(
    message: string,
    { code, status, attempts, alert }: Pick<WebhookError, "code" | "status" | "attempts" | "alert">,
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.attempts = attempts;
    this.alert = alert;
    // Not in logs: it is long, and its texts are whatever users wrote.
    Object.defineProperty(this, "alert", { enumerable: false });
  }
}

/**
 * Delivers alerts to a webhook, one after the other: a step that yields each alert once it has been
 * delivered. Alerts below `minLevel`, `medium` by default, are left out.
 *
 * A failed attempt that may succeed later is repeated with the same `webhook-id`, after the delays
 * of `retryScheduleMs`, by default the ten attempts over three days that Standard Webhooks suggests;
 * no further alert is read meanwhile. A failure that a retry cannot fix, such as 401 or 404, is not
 * retried. The URL must be https to a public name, and no redirect is followed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { match, toWebhook } from "@panoptes/user-events";
 * import { rules } from "@panoptes/user-events/rules";
 *
 * async function* events() {
 *   yield { date: "2026-01-01T00:00:00Z", event: "API token generated.", user: "Ana (ana@example.org)" };
 * }
 * const toSlack = toWebhook({
 *   url: "https://hooks.slack.com/services/T000/B000/made-up",
 *   format: "slack",
 *   minLevel: "low",
 *   fetch: () => Promise.resolve(new Response("ok")), // responds from memory; leave it out
 * });
 * for await (const alert of toSlack(match(rules)(events()))) {
 *   assertEquals(alert.rule.title, "ThousandEyes API Token Created");
 * }
 * ```
 *
 * @param options The address, the format and the schedule.
 * @returns A function that takes alerts and returns those that were delivered. Leaving the iteration
 *   closes the source.
 * @throws {TypeError} At the call, if options are invalid; it names all of them, and quotes no value.
 */
export function toWebhook(
  options: WebhookOptions,
): (alerts: AsyncIterable<Alert> | Iterable<Alert>) => AsyncGenerator<Alert, void, void> {
  const {
    signal: _signal,
    fetch: _fetch,
    resolve: _resolve,
    onRetry: _onRetry,
    onUndelivered: _onUndelivered,
    clock: _clock,
    random: _random,
    ...config
  } = options;
  const entry = { ...config, name: "webhook" };
  const { success, output, issues = [] } = v.safeParse(EndpointSchema, entry);
  if (!success) {
    const problems = issues.map((issue) => `${v.getDotPath(issue) ?? "options"} ${issue.message}`);
    throw new TypeError(`Cannot deliver to a webhook: ${problems.join("; ")}`);
  }
  return (alerts) => delivered(alerts, output, options);
}

async function* delivered(
  alerts: AsyncIterable<Alert> | Iterable<Alert>,
  endpoint: Endpoint,
  options: WebhookOptions,
): AsyncGenerator<Alert, void, void> {
  for await (const alert of alerts) {
    options.signal?.throwIfAborted();
    if (!takesAlert(endpoint, alert, { title: alert.rule.title })) continue;
    const error = await deliver(alert, endpoint, options);
    if (error === undefined) yield alert;
    else if (options.onUndelivered === undefined) throw error;
    else await options.onUndelivered(error);
  }
}

/** Undefined once the alert is delivered; otherwise why it is not. */
async function deliver(
  alert: Alert,
  endpoint: Endpoint,
  { signal, fetch, resolve, onRetry, clock = systemClock, random = Math.random }: WebhookOptions,
): Promise<WebhookError | undefined> {
  const at = clock.now();
  let request;
  try {
    request = formatOf(endpoint.format).request({ type: "alert.created", alert, at }, {
      options: endpoint.options,
      linkTo: () => undefined,
    });
  } catch {
    const outcome = { kind: "permanent", code: "body_failed", at, durationMs: 0 } as const;
    return errorOf(alert, endpoint, outcome, 0);
  }
  for (let round = 1;; round++) {
    const outcome = await attempt({ webhookId: alert.id, request }, endpoint, {
      clock,
      ...(fetch && { fetch }),
      ...(resolve && { resolve }),
      ...(signal && { signal }),
    });
    if (outcome.kind === "ok") return undefined;
    const error = errorOf(alert, endpoint, outcome, round);
    if (outcome.kind === "permanent" || outcome.kind === "gone") return error;
    const { retryScheduleMs: schedule } = endpoint;
    const delayMs = retryDelay({ round, schedule, retryAfterMs: outcome.retryAfterMs, random });
    if (delayMs === undefined) return error;
    await onRetry?.({ attempt: round, error, delayMs });
    await clock.wait(delayMs, signal);
  }
}

function errorOf(
  alert: Alert,
  { url }: Endpoint,
  { code, status, excerpt }: Outcome,
  attempts: number,
): WebhookError {
  const answer = { code, status: status ?? null, excerpt: excerpt ?? null };
  const message = `Cannot deliver the alert ${alert.id} to ${new URL(url).host}: ` +
    `${answerText(answer)}. ${hintFor(answer)}`;
  return new WebhookError(message, { code, status, attempts, alert });
}

import { createHmac } from "node:crypto";
import { attempt, type AttemptMessage } from "../../src/delivery/attempt.ts";
import { classifyStatus } from "../../src/delivery/classify.ts";
import type { Endpoint } from "../../src/delivery/endpoint.ts";
import type { Outcome } from "../../src/delivery/outcome.ts";
import { retryAfterMs } from "../../src/stream/retry_after.ts";
import type { Clock } from "../../src/stream/clock.ts";
import { withDeadline } from "../../src/stream/with_deadline.ts";
import type { EndpointAnswer, EndpointModel } from "./endpoint_model.ts";
import { SECOND } from "./plan.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What the connection to the endpoints needs. */
export interface EndpointPortOptions {
  readonly endpoints: readonly EndpointModel[];
  readonly clock: Clock;
  readonly time: VirtualTime;
}

type Attempt = (
  message: AttemptMessage,
  endpoint: Endpoint,
  signal?: AbortSignal,
) => Promise<Outcome>;

/** Posts through the real `attempt()`, signature and all, one signature at a time. */
export function wireAttempt({ endpoints, clock, time }: EndpointPortOptions): Attempt {
  let turn: Promise<unknown> = Promise.resolve();
  return async (message, config, signal) => {
    const endpoint = modelOf(endpoints, config);
    // Signing happens outside this thread: which one comes first must not be left to chance.
    const before = turn;
    let signed = () => {};
    turn = new Promise<void>((resolve) => signed = resolve);
    time.enter();
    let isSigning = true;
    const ended = () => {
      if (!isSigning) return;
      isSigning = false;
      signed();
      time.leave();
    };
    try {
      await before;
      return await attempt(message, config, {
        clock,
        fetch: async (_url, init) => {
          ended();
          const headers = new Headers(init.headers);
          const body = new TextDecoder().decode(init.body as Uint8Array<ArrayBuffer>);
          checkSignature(endpoint, headers, body, clock.now());
          const answer = endpoint.receive(
            headers.get("webhook-id")!,
            body,
            Number(headers.get("webhook-timestamp")) * SECOND,
          );
          await arrival(answer, clock, init.signal ?? undefined);
          const isBare = answer.status === 204 || answer.status >= 300;
          return new Response(isBare ? null : "thanks", {
            status: answer.status,
            headers: answer.headers,
          });
        },
        ...(signal === undefined ? {} : { signal }),
      });
    } finally {
      ended();
    }
  };
}

/** Reaches the same outcomes without signatures and bytes. */
export function lightAttempt({ endpoints, clock }: EndpointPortOptions): Attempt {
  return async ({ webhookId, request: { body } }, config, signal) => {
    const at = clock.now();
    const ended = (outcome: Omit<Outcome, "at" | "durationMs">): Outcome => ({
      ...outcome,
      at,
      durationMs: clock.now() - at,
    });
    try {
      return await withDeadline(config.timeoutMs, async (stop) => {
        const answer = modelOf(endpoints, config).receive(webhookId, body, clock.now());
        await arrival(answer, clock, stop);
        const { status, headers } = answer;
        const asked = retryAfterMs(headers["retry-after"] ?? null, clock.now());
        return ended({
          kind: classifyStatus(status),
          code: "answered",
          status,
          ...(asked === undefined ? {} : { retryAfterMs: asked }),
        });
      }, { clock, signal });
    } catch (error) {
      signal?.throwIfAborted();
      return ended({
        kind: "retry",
        code: error instanceof DOMException ? "timed_out" : "unreachable",
      });
    }
  };
}

function modelOf(endpoints: readonly EndpointModel[], { name }: Endpoint): EndpointModel {
  return endpoints.find(({ config }) => config.name === name)!;
}

async function arrival(
  { lost, delayMs }: EndpointAnswer,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  await clock.wait(lost === "hangs" ? 3_600_000 : delayMs, signal);
  if (lost !== undefined) throw new TypeError("The connection broke (injected)");
}

/** Standard Webhooks, implemented independently: HMAC-SHA256 over `id.timestamp.body`. */
function checkSignature(
  { config, wrong }: EndpointModel,
  headers: Headers,
  body: string,
  now: number,
): void {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const key = atob(config.secret!.slice("whsec_".length));
  const expected = createHmac("sha256", Uint8Array.from(key, (one) => one.charCodeAt(0)))
    .update(`${id}.${timestamp}.${body}`).digest("base64");
  if (headers.get("webhook-signature") !== `v1,${expected}`) {
    wrong.push(`${id} has a wrong signature`);
  }
  if (Math.abs(Number(timestamp) * 1_000 - now) > 1_000) {
    wrong.push(`${id} is signed for ${timestamp} at ${now}`);
  }
}

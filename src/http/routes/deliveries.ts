import * as v from "valibot";
import {
  MESSAGE_STATES,
  type OutboxMessage,
  type StoredAttempt,
} from "../../store/outbox_message.ts";
import { holderOf } from "../access/api_tokens.ts";
import type { LogAccess } from "../log_access.ts";
import { jsonAnswer, jsonListAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { parameters } from "../request/read_query.ts";
import { json } from "../answer/response.ts";
import { operation, type PathParameter, route } from "../route.ts";
import {
  count,
  described,
  maybeCount,
  maybeText,
  maybeTime,
  nextRow,
  text,
  time,
} from "../request/schema.ts";

const PARAMS: Record<"id", PathParameter> = {
  id: { pattern: "[0-9]{1,15}", description: "the id of the message" },
};
const MAX_ROWS = 100;
/** How many messages one request may send again. */
const MAX_REDELIVERED = 1_000;

/** The states that a message can be in when nothing is due for it. */
const ENDED = ["dead", "cancelled", "delivered"] as const;

const moment = v.pipe(
  v.string("must be an ISO 8601 time"),
  v.isoTimestamp("must be an ISO 8601 time"),
  v.transform(Date.parse),
);
const row = v.pipe(
  v.number("must be an id"),
  v.integer("must be an id"),
  v.minValue(1, "must be an id"),
);
const limit = `must be a whole number from 1 to ${MAX_REDELIVERED}`;

/** Which messages a client wants to be sent again. */
const RedeliverySchema = v.strictObject({
  state: v.optional(
    described(
      v.picklist(ENDED, `must be one of ${ENDED.join(", ")}`),
      "only messages in this state: `delivered` if a receiver has lost what it had accepted",
    ),
    "dead",
  ),
  endpoint: v.optional(described(
    v.pipe(v.string(), v.maxLength(64, "must be at most 64 characters")),
    "only messages to the endpoint with this name",
  )),
  from: v.optional(described(moment, "only messages that were queued at this time or later")),
  to: v.optional(described(moment, "only messages that were queued before this time")),
  before: v.optional(
    described(row, "only messages below this `id`: the `next` of the previous answer"),
  ),
  limit: v.optional(
    described(
      v.pipe(
        v.number(limit),
        v.integer(limit),
        v.minValue(1, limit),
        v.maxValue(MAX_REDELIVERED, limit),
      ),
      "the maximum number of messages, the newest first",
    ),
    MAX_ROWS,
  ),
}, "is missing or unknown: there are state, endpoint, from, to, before and limit");

const attempt = {
  startedAt: described(time, "when it began"),
  number: described(count, "its number, from 1"),
  durationMs: described(count, "how long it took, in milliseconds"),
  kind: described(
    text,
    "what follows: `ok`, `throttle`, `permanent`, `gone` or `retry`; docs/http.md explains each",
  ),
  code: described(text, "what happened, such as `answered` or `timed_out`"),
  status: described(maybeCount, "the HTTP status; null if there was no answer"),
};

const message = {
  id: described(count, "its id"),
  alert: described(text, "the id of its alert: the `webhook-id` of every attempt"),
  endpoint: described(text, "the name of the endpoint"),
  state: described(
    v.picklist(MESSAGE_STATES),
    "`pending`, `leased` (an attempt is in progress), `waiting` (for the next attempt), " +
      "`delivered`, `dead` (given up, but kept) or `cancelled` (its endpoint is no longer configured)",
  ),
  attempt: described(count, "how many attempts have begun"),
  dueAt: described(maybeTime, "when the next attempt is due; null if none is"),
  createdAt: described(time, "when it was queued"),
  updatedAt: described(time, "when it last changed"),
};

/** A message to a webhook, in a list. */
export const DeliverySchema = v.object({
  ...message,
  lastAttempt: described(
    v.nullable(v.object(attempt)),
    "its latest attempt; null if there was none",
  ),
});

/** A message with its attempts and the receiver's answers. */
export const DeliveryDetailsSchema = v.object({
  ...message,
  attempts: described(
    v.array(v.object({
      ...attempt,
      excerpt: described(maybeText, "the first 4 KiB of the answer: untrusted text"),
    })),
    "the latest 20 attempts, oldest first",
  ),
});

/** `/v1/deliveries`: the messages of the outbox, one of them in full, and their redelivery. */
export const deliveryRoutes = [
  route("/v1/deliveries", {
    GET: operation({
      scope: "read",
      purpose: "messages to webhooks, newest first",
      query: {
        limit: described(parameters.limit(MAX_ROWS), "the maximum number of messages; default 100"),
        before: described(
          parameters.row,
          "only messages below this `id`: the `next` of the previous answer",
        ),
        state: v.optional(described(
          v.picklist(MESSAGE_STATES, `must be one of ${MESSAGE_STATES.join(", ")}`),
          "only messages in this state",
        )),
        endpoint: described(parameters.name, "only messages to the endpoint with this name"),
        alert: described(
          parameters.name,
          "only messages about the alert, or count of repeats, with this id",
        ),
        from: described(parameters.time, "only messages that were queued at this time or later"),
        to: described(parameters.time, "only messages that were queued before this time"),
      },
      answers: { 200: { json: v.object({ deliveries: v.array(DeliverySchema), next: nextRow }) } },
      answer(call) {
        const { log, query: { limit = MAX_ROWS, alert, ...query } } = call;
        const found = log.deliveries({
          limit,
          ...query,
          ...(alert === undefined ? {} : { webhookId: alert }),
        });
        const rows = found.values().map((message) => listed(log, message));
        return jsonListAnswer(call, "deliveries", rows, () => ({
          next: found.length === limit ? found.at(-1)?.id ?? null : null,
        }));
      },
    }),
  }),
  route("/v1/deliveries/redeliver", {
    POST: operation({
      scope: "admin",
      purpose: "sends many messages again, such as all dead letters of an endpoint",
      body: RedeliverySchema,
      answers: {
        202: {
          json: v.object({
            queued: described(count, "how many messages are sent again"),
            left: described(count, "how many more there are"),
            next: described(maybeCount, "below which `id` they begin; null if there are none"),
          }),
        },
      },
      answer: ({ log, request, body }) => json(log.redeliverAll(body, holderOf(request).name), 202),
    }),
  }),
  route("/v1/deliveries/:id", {
    // It shows the receiver's answers, and a receiver may be reachable only from the server.
    GET: operation({
      scope: "admin",
      purpose: "one message with its attempts and the receiver's answers",
      answers: { 200: { json: DeliveryDetailsSchema } },
      problems: ["not_found"],
      answer(call) {
        const { log, params } = call;
        const message = log.message(Number(params["id"]));
        if (message === undefined) return problem("not_found");
        const attempts = log.attempts(message.id).map((attempt) => ({
          ...attemptJson(attempt),
          excerpt: attempt.excerpt,
        }));
        return jsonAnswer(call, { ...messageJson(message), attempts });
      },
    }),
  }, PARAMS),
  route("/v1/deliveries/:id/redeliver", {
    POST: operation({
      scope: "admin",
      purpose: "sends a message again",
      answers: { 202: { json: DeliverySchema } },
      problems: ["not_found", "conflict"],
      answer({ log, params, request }) {
        const id = Number(params["id"]);
        const isQueued = log.redeliver(id, holderOf(request).name);
        const message = log.message(id);
        if (message === undefined) return problem("not_found");
        if (!isQueued) {
          return problem("conflict", {
            detail: "A delivery attempt is in progress; try again later",
          });
        }
        return json(listed(log, message), 202);
      },
    }),
  }, PARAMS),
] as const;

/** A message in a list: only its latest attempt, and only the status of the receiver's answer. */
function listed(log: LogAccess, message: OutboxMessage): Record<string, unknown> {
  const [latest] = log.attempts(message.id, 1);
  return { ...messageJson(message), lastAttempt: latest ? attemptJson(latest) : null };
}

/** A message without what is internal to the state machine, such as the token of a lease. */
function messageJson(message: OutboxMessage): Record<string, unknown> {
  return {
    id: message.id,
    alert: message.webhookId,
    endpoint: message.endpoint,
    state: message.state,
    attempt: message.attempt,
    dueAt: message.dueAt === null ? null : iso(message.dueAt),
    createdAt: iso(message.createdAt),
    updatedAt: iso(message.updatedAt),
  };
}

function attemptJson({ at, excerpt: _, ...attempt }: StoredAttempt): Record<string, unknown> {
  return { startedAt: iso(at), ...attempt };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

import * as v from "valibot";
import {
  MESSAGE_STATES,
  type OutboxMessage,
  type StoredAttempt,
} from "../../store/outbox_message.ts";
import { holderOf } from "../api_tokens.ts";
import type { LogAccess } from "../log_access.ts";
import { jsonAnswer, jsonListAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { readBody } from "../read_body.ts";
import { parameters } from "../read_query.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

const MESSAGE_PATH = "/v1/deliveries/:id{[0-9]{1,15}}";
const MAX_ROWS = 100;
/** How many messages one request may send again. */
const MAX_REDELIVERED = 1_000;

/** The states that a message can be in when nothing is due for it. */
const ENDED = ["dead", "cancelled", "delivered"] as const;

const time = v.pipe(
  v.string("must be an ISO 8601 time"),
  v.isoTimestamp("must be an ISO 8601 time"),
  v.transform(Date.parse),
);
const row = v.pipe(
  v.number("must be an id"),
  v.integer("must be an id"),
  v.minValue(1, "must be an id"),
);
const count = `must be a whole number from 1 to ${MAX_REDELIVERED}`;

/** Which messages a client wants to be sent again. */
const RedeliverySchema = v.strictObject({
  state: v.optional(v.picklist(ENDED, `must be one of ${ENDED.join(", ")}`), "dead"),
  endpoint: v.optional(v.pipe(v.string(), v.maxLength(64, "must be at most 64 characters"))),
  from: v.optional(time),
  to: v.optional(time),
  before: v.optional(row),
  limit: v.optional(
    v.pipe(
      v.number(count),
      v.integer(count),
      v.minValue(1, count),
      v.maxValue(MAX_REDELIVERED, count),
    ),
    MAX_ROWS,
  ),
}, "is missing or unknown: there are state, endpoint, from, to, before and limit");

/** `/v1/deliveries`: the messages of the outbox, one of them in full, and their redelivery. */
export const deliveryRoutes: readonly Route[] = [
  {
    path: "/v1/deliveries",
    GET: operation("read", {
      limit: parameters.limit(MAX_ROWS),
      before: parameters.row,
      state: v.optional(v.picklist(MESSAGE_STATES, `must be one of ${MESSAGE_STATES.join(", ")}`)),
      endpoint: parameters.name,
      alert: parameters.name,
      from: parameters.time,
      to: parameters.time,
    }, (call) => {
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
    }),
  },
  {
    path: "/v1/deliveries/redeliver",
    POST: operation("admin", {}, async ({ log, request }) => {
      const query = await readBody(request, RedeliverySchema);
      return json(log.redeliverAll(query, holderOf(request).name), 202);
    }),
  },
  {
    path: MESSAGE_PATH,
    // It shows the receiver's answers, and a receiver may be reachable only from the server.
    GET: operation("admin", {}, (call) => {
      const { log, params } = call;
      const message = log.message(Number(params["id"]));
      if (message === undefined) return problem("not_found");
      const attempts = log.attempts(message.id).map((attempt) => ({
        ...attemptJson(attempt),
        excerpt: attempt.excerpt,
      }));
      return jsonAnswer(call, { ...messageJson(message), attempts });
    }),
  },
  {
    path: `${MESSAGE_PATH}/redeliver`,
    POST: operation("admin", {}, ({ log, params, request }) => {
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
    }),
  },
];

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

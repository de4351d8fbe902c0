import * as v from "valibot";
import {
  MESSAGE_STATES,
  type OutboxMessage,
  type StoredAttempt,
} from "../../store/outbox_message.ts";
import type { LogAccess } from "../log_access.ts";
import { jsonAnswer, jsonListAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { parameters } from "../read_query.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

const MESSAGE_PATH = "/v1/deliveries/:id{[0-9]{1,15}}";
const MAX_ROWS = 100;

/** `/v1/deliveries`: the messages of the outbox, one of them in full, and its redelivery. */
export const deliveryRoutes: readonly Route[] = [
  {
    path: "/v1/deliveries",
    GET: operation("read", {
      limit: parameters.limit(MAX_ROWS),
      before: parameters.row,
      state: v.optional(v.picklist(MESSAGE_STATES, `must be one of ${MESSAGE_STATES.join(", ")}`)),
      endpoint: parameters.name,
      alert: parameters.name,
    }, (call) => {
      const { log, query: { limit = MAX_ROWS, before, state, endpoint, alert } } = call;
      const found = log.deliveries({
        limit,
        ...(before === undefined ? {} : { before }),
        ...(state === undefined ? {} : { state }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(alert === undefined ? {} : { webhookId: alert }),
      });
      const rows = found.values().map((message) => listed(log, message));
      return jsonListAnswer(call, "deliveries", rows, () => ({
        next: found.length === limit ? found.at(-1)?.id ?? null : null,
      }));
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
    POST: operation("admin", {}, ({ log, params }) => {
      const id = Number(params["id"]);
      const isQueued = log.redeliver(id);
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
    dueAt: message.dueAt === null ? null : time(message.dueAt),
    createdAt: time(message.createdAt),
    updatedAt: time(message.updatedAt),
  };
}

function attemptJson({ at, excerpt: _, ...attempt }: StoredAttempt): Record<string, unknown> {
  return { startedAt: time(at), ...attempt };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

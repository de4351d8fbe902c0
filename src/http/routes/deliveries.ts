import { Hono } from "hono";
import * as v from "valibot";
import {
  MESSAGE_STATES,
  type StoredAttempt,
  type StoredMessage,
} from "../../store/stored_message.ts";
import { json } from "../json.ts";
import type { LogAccess } from "../log_access.ts";
import { onlyBy } from "../only_by.ts";
import { problem } from "../problem.ts";
import { parameters, readQuery } from "../read_query.ts";

/**
 * One message of the outbox, with what its receiver answered. Answers may be of places that only a server can
 * reach, so the door lets nobody but `admin` read them.
 */
export const MESSAGE_PATH = "/v1/deliveries/:id{[0-9]{1,15}}";

const MOST_ROWS = 100;

/**
 * The routes over the outbox: the list of messages, one of them whole, and its redelivery.
 *
 * @param log The log.
 * @returns A Hono app with the whole paths.
 */
export function deliveryRoutes(log: LogAccess): Hono {
  const app = new Hono();

  app.get("/v1/deliveries", (context) => {
    const { limit = MOST_ROWS, before, state, endpoint, alert } = readQuery(context.req.url, {
      limit: parameters.limit(MOST_ROWS),
      before: parameters.row,
      state: v.optional(v.picklist(MESSAGE_STATES, `must be one of ${MESSAGE_STATES.join(", ")}`)),
      endpoint: parameters.name,
      alert: parameters.name,
    });
    const found = log.deliveries({
      limit,
      ...(before === undefined ? {} : { before }),
      ...(state === undefined ? {} : { state }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(alert === undefined ? {} : { webhookId: alert }),
    });
    return json({
      deliveries: found.map((message) => listed(log, message)),
      next: found.length === limit ? found.at(-1)?.id ?? null : null,
    });
  });

  app.get(MESSAGE_PATH, (context) => {
    readQuery(context.req.url, {});
    const message = log.message(Number(context.req.param("id")));
    if (message === undefined) return problem("not_found");
    const attempts = log.attempts(message.id).map((one) => ({
      ...attemptJson(one),
      excerpt: one.excerpt,
    }));
    return json({ ...messageJson(message), attempts });
  });

  app.post(`${MESSAGE_PATH}/redeliver`, (context) => {
    readQuery(context.req.url, {});
    const id = Number(context.req.param("id"));
    if (log.message(id) === undefined) return problem("not_found");
    if (!log.redeliver(id)) {
      return problem("conflict", { detail: "An attempt is under way; ask again later" });
    }
    return json(listed(log, log.message(id)!), 202);
  });

  for (const path of ["/v1/deliveries", MESSAGE_PATH]) app.all(path, () => onlyBy("GET, HEAD"));
  app.all(`${MESSAGE_PATH}/redeliver`, () => onlyBy("POST"));
  return app;
}

/** A message among others: its latest attempt alone, and nothing of what was answered but the status. */
function listed(log: LogAccess, message: StoredMessage): Record<string, unknown> {
  const [latest] = log.attempts(message.id, 1);
  return { ...messageJson(message), lastAttempt: latest ? attemptJson(latest) : null };
}

/** What the state machine keeps to itself, such as the token of a lease, stays inside. */
function messageJson(message: StoredMessage): Record<string, unknown> {
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
  return { at: time(at), ...attempt };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

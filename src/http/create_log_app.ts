import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { StoredMessage } from "../store/stored_message.ts";
import { type FeedOptions, feedRoutes } from "./feed_routes.ts";
import type { LogAccess } from "./log_access.ts";
import { problem } from "./problem.ts";
import { InvalidRequestError, parameters, readQuery } from "./read_query.ts";
import { responseHeaders } from "./response_headers.ts";

/** What the routes need besides the log. */
export interface LogAppOptions extends Pick<FeedOptions, "clock" | "random" | "onClose"> {
  /** The log. */
  log: LogAccess;
  /** Told of what went wrong; the client is not. */
  report: (error: unknown) => void;
}

/** The most rows of one list; the feeds have limits of their own. */
const MOST_ROWS = 500;
const MESSAGE_STATES = ["pending", "leased", "waiting", "delivered", "dead", "cancelled"] as const;

/**
 * The routes over the log, `/v1/…`. They ask nobody who they are: they belong behind `createApp()`, in the
 * process that holds the log, so that a stream is made where it is read from.
 *
 * @param options The log, time and chance.
 * @returns A Hono app.
 */
export function createLogApp({ log, report, ...feedOptions }: LogAppOptions): Hono {
  const app = new Hono();
  app.route("/v1/events", feedRoutes({ ...feedOptions, feed: log.events, entry: "event" }));
  app.route("/v1/alerts", feedRoutes({ ...feedOptions, feed: log.alerts, entry: "alert" }));

  app.get("/v1/status", () => json(log.status()));
  app.get("/v1/rules", () => json({ rules: log.rules() }));

  app.get("/v1/deliveries", (context) => {
    const { limit = 100, before, state, endpoint, alert } = readQuery(context.req.url, {
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
      deliveries: found.map((message) => deliveryJson(log, message)),
      next: found.length === limit ? found.at(-1)?.id ?? null : null,
    });
  });

  app.post("/v1/deliveries/:id{[0-9]{1,15}}/redeliver", (context) => {
    const id = Number(context.req.param("id"));
    if (log.message(id) === undefined) return problem("not_found");
    if (!log.redeliver(id)) {
      return problem("invalid_request", { detail: "An attempt is under way; ask again later" });
    }
    return json(deliveryJson(log, log.message(id)!), 202);
  });

  app.get("/v1/invalid-events", (context) => {
    const { limit = 100, after = 0 } = readQuery(context.req.url, {
      limit: parameters.limit(MOST_ROWS),
      after: parameters.row,
    });
    const found = log.invalidEvents(after, limit);
    return json({
      invalidEvents: found.map(({ seq, recordedAt, issues, body }) => ({
        seq,
        recordedAt: time(recordedAt),
        issues,
        sent: body, // a text: it may have been cut, and then is no JSON
      })),
      next: found.length === limit ? found.at(-1)?.seq ?? null : null,
    });
  });

  for (const path of ["events", "alerts", "status", "rules", "deliveries", "invalid-events"]) {
    app.all(`/v1/${path}`, () => onlyBy("GET, HEAD"));
  }
  app.all("/v1/deliveries/:id{[0-9]{1,15}}/redeliver", () => onlyBy("POST"));
  app.notFound(() => problem("not_found"));
  app.onError((error: unknown, _context: Context) => {
    if (error instanceof InvalidRequestError) {
      return problem("invalid_request", { detail: error.message });
    }
    report(error);
    return problem("internal");
  });
  return app;
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: responseHeaders("application/json"),
  });
}

function onlyBy(methods: string): Response {
  return problem("method_not_allowed", { headers: { Allow: methods } });
}

/** A message as a client sees it: what the state machine keeps to itself, such as the token, stays inside. */
function deliveryJson(log: LogAccess, message: StoredMessage): Record<string, unknown> {
  return {
    id: message.id,
    alert: message.webhookId,
    endpoint: message.endpoint,
    state: message.state,
    attempt: message.attempt,
    dueAt: message.dueAt === null ? null : time(message.dueAt),
    createdAt: time(message.createdAt),
    updatedAt: time(message.updatedAt),
    attempts: log.attempts(message.id).map(({ at, ...attempt }) => ({ at: time(at), ...attempt })),
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { holderOf } from "./access/api_tokens.ts";
import { isProblem, problem } from "./answer/problem.ts";
import { InvalidRequestError } from "./request/read_query.ts";
import { type RequestFacts, RequestRecord } from "./request_record.ts";
import { operationOf, operationsOf, type Route, routerPath, type Services } from "./route.ts";
import type { NotNow, RequestShare } from "./access/request_share.ts";
import { isForEventStream } from "./routes/events_and_alerts.ts";
import { routes } from "./routes.ts";

/** What the app works with. */
export interface LogAppOptions extends Services {
  /** Receives unexpected errors; the client never sees them. */
  report: (error: unknown) => void;
  /** How requests are shared among tokens; default without limit. */
  requests?: RequestShare;
  /** Told of each request whose answer has ended; default nobody. */
  onRequest?: (facts: RequestFacts) => void;
}

/**
 * The routes over the log, without authorization: they belong behind `createGateway()`, in the
 * process that holds the log, so that a stream is produced where it is read from.
 *
 * @param options The log, the limit on streams, clock and randomness.
 * @returns A Hono app.
 */
export function createLogApp(
  { report, requests, onRequest = () => {}, ...services }: LogAppOptions,
): Hono {
  const { clock } = services;
  const app = new Hono();

  /** Answers, and tells of the request when the answer has ended. */
  function told(
    route: Route,
    answer: (context: Context, record: RequestRecord) => Response | Promise<Response>,
  ) {
    return async (context: Context): Promise<Response> => {
      const { raw } = context.req;
      const record = new RequestRecord(raw, { clock, onEnd: onRequest });
      const holder = holderOf(raw);
      let response: Response;
      try {
        // Event streams have a limit of their own, and no browser reconnects after a refusal.
        const notNow = isForEventStream(raw) ? undefined : requests?.take(holder);
        response = notNow === undefined ? await answer(context, record) : tooMany(notNow);
      } catch (error) {
        response = failure(error);
      }
      const { problemForm } = operationOf(raw.method, route) ?? {};
      if (problemForm !== undefined && isProblem(response)) {
        response = await problemForm.answer(response, raw);
      }
      record.answered(response, { route: route.path, token: holder.name || null });
      return response;
    };
  }

  function failure(error: unknown): Response {
    if (error instanceof InvalidRequestError) {
      return problem("invalid_request", { detail: error.message });
    }
    report(error);
    return problem("internal");
  }

  for (const route of routes) {
    const path = routerPath(route);
    const operations = operationsOf(route);
    for (const [method, { answer }] of operations) {
      app.on(
        method,
        path,
        told(
          route,
          ({ req }, meter) => answer({ request: req.raw, params: req.param(), meter }, services),
        ),
      );
    }
    const allowed = operations.map(([method]) => method === "GET" ? "GET, HEAD" : method);
    app.all(
      path,
      told(route, () => problem("method_not_allowed", { headers: { Allow: allowed.join(", ") } })),
    );
  }
  app.notFound(() => problem("not_found"));
  app.onError(failure);
  return app;
}

function tooMany({ refused, retryAfter }: NotNow): Response {
  return problem("too_many_requests", {
    detail: refused,
    headers: { "Retry-After": String(retryAfter) },
  });
}

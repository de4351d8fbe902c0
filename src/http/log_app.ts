import { Hono } from "hono/tiny";
import { problem } from "./problem.ts";
import { InvalidRequestError } from "./read_query.ts";
import { operationsOf, routerPath, type Services } from "./route.ts";
import { routes } from "./routes.ts";

/** What the app works with. */
export interface LogAppOptions extends Services {
  /** Receives unexpected errors; the client never sees them. */
  report: (error: unknown) => void;
}

/**
 * The routes over the log, without authorization: they belong behind `createGateway()`, in the
 * process that holds the log, so that a stream is produced where it is read from.
 *
 * @param options The log, the limit on streams, clock and randomness.
 * @returns A Hono app.
 */
export function createLogApp({ report, ...services }: LogAppOptions): Hono {
  const app = new Hono();
  for (const route of routes) {
    const path = routerPath(route);
    const operations = operationsOf(route);
    for (const [method, { answer }] of operations) {
      app.on(
        method,
        path,
        (context) => answer({ request: context.req.raw, params: context.req.param() }, services),
      );
    }
    const allowed = operations.map(([method]) => method === "GET" ? "GET, HEAD" : method);
    app.all(
      path,
      () => problem("method_not_allowed", { headers: { Allow: allowed.join(", ") } }),
    );
  }
  app.notFound(() => problem("not_found"));
  app.onError((error: unknown) => {
    if (error instanceof InvalidRequestError) {
      return problem("invalid_request", { detail: error.message });
    }
    report(error);
    return problem("internal");
  });
  return app;
}

import { type App, createApp } from "./app.ts";
import { problem } from "./problem.ts";
import { InvalidRequestError } from "./read_query.ts";
import { operationOf, operationsOf, type Services } from "./route.ts";
import { routerOf } from "./router.ts";
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
 * @returns The app.
 */
export function createLogApp({ report, ...services }: LogAppOptions): App {
  const find = routerOf(routes);

  function answer(request: Request): Response | Promise<Response> {
    const found = find(request.url);
    if (found === undefined) return problem("not_found");
    const { route, params } = found;
    const operation = operationOf(request.method, route);
    if (operation !== undefined) return operation.answer({ request, params }, services);
    const allowed = operationsOf(route).map(([method]) => method === "GET" ? "GET, HEAD" : method);
    return problem("method_not_allowed", { headers: { Allow: allowed.join(", ") } });
  }

  return createApp(answer, (error) => {
    if (error instanceof InvalidRequestError) {
      return problem("invalid_request", { detail: error.message });
    }
    report(error);
    return problem("internal");
  });
}

import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { ApiToken, Scope } from "./api_tokens.ts";
import { MESSAGE_PATH } from "./routes/deliveries.ts";
import { problem } from "./problem.ts";
import { responseHeaders } from "./response.ts";
import { TokenTable } from "./token_table.ts";

/** What the door needs. */
export interface AppOptions {
  /** Who is let in; with none, nobody is. */
  tokens: readonly ApiToken[];
  /** What is wrong with the configuration, by the names of the variables and never their values; told to those let in. */
  misconfigured?: readonly string[];
  /** Answers what was let in, under `/v1/` and at `/metrics`; its answers go out untouched. */
  backend: (request: Request) => Response | Promise<Response>;
  /** Told of what went wrong behind the door; the client is not. */
  report: (error: unknown) => void;
}

/**
 * The door: it lets in who holds a token, and passes on what was let in. Everything but `/healthz` is
 * closed, and with no token configured it stays closed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createApp } from "./gateway.ts";
 *
 * const app = createApp({ tokens: [], backend: () => new Response("secret"), report: () => {} });
 * assertEquals((await app.request("/healthz")).status, 200);
 * const refused = await app.request("/v1/events");
 * assertEquals([refused.status, (await refused.json()).code], [401, "no_tokens_configured"]);
 * ```
 *
 * @param options The tokens and what lies behind.
 * @returns A Hono app.
 */
export function createApp({ tokens, misconfigured = [], backend, report }: AppOptions): Hono {
  const table = new TokenTable(tokens);
  const app = new Hono();

  app.get("/healthz", () =>
    new Response(JSON.stringify({ status: "ok" }), {
      headers: responseHeaders("application/json"),
    }));

  function letIn(scopeOf: (method: string) => Scope): MiddlewareHandler {
    return async function letIn(context, next) {
      if (table.empty) return problem("no_tokens_configured", { detail: HOW_TO_CONFIGURE });
      const token = await table.find(context.req.header("Authorization"));
      if (token === undefined) return refused(context);
      const scope = scopeOf(context.req.method);
      if (!token.scopes.includes(scope) && !token.scopes.includes("admin")) {
        return problem("forbidden", {
          detail: `This needs a token with the scope ${scope}`,
          members: { scope },
        });
      }
      if (misconfigured.length > 0) {
        return problem("misconfigured", {
          detail: "These variables have to be put right; the log of the service says how",
          members: { variables: misconfigured },
        });
      }
      return await next();
    };
  }

  // Found by the same router as the route behind the door, so that no spelling of the path gets past.
  app.use(MESSAGE_PATH, letIn(() => "admin"));
  app.use(letIn(byMethod));

  for (const path of ["/v1/*", "/metrics"]) app.all(path, (context) => backend(context.req.raw));

  app.notFound(() => problem("not_found"));
  app.onError((error) => {
    report(error);
    return problem("internal");
  });
  return app;
}

const HOW_TO_CONFIGURE =
  "Set API_TOKENS to a JSON list of {name, sha256, scopes}, where sha256 is " +
  "the SHA-256 of a token in hexadecimal and scopes lists read or admin. Until it is set and valid, " +
  "nothing can be read";

/** What changes nothing needs `read`; everything else, and whatever method comes to be, needs `admin`. */
function byMethod(method: string): Scope {
  return method === "GET" || method === "HEAD" ? "read" : "admin";
}

function refused(context: Context): Response {
  const sent = context.req.header("Authorization") !== undefined;
  return problem("unauthorized", {
    detail: sent
      ? "Authorization has no token that is configured here; it is sent as Bearer <token>"
      : "Send a configured token as Authorization: Bearer <token>",
    headers: sent ? { "WWW-Authenticate": `Bearer realm="panoptes", error="invalid_token"` } : {},
  });
}

import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import type { Clock } from "../stream/clock.ts";
import {
  type ApiToken,
  permits,
  PERSON_PREFIX,
  SCOPES,
  TokenTable,
  withHolder,
} from "./access/api_tokens.ts";
import { clientAddress } from "./access/client_address.ts";
import { ASSERTION_HEADER, type CloudflareAccess } from "./access/cloudflare_access.ts";
import { FailureGuard, type FailureReport } from "./access/failed_authentications.ts";
import { type Page, pageAnswer } from "./answer/page.ts";
import { chooseSource, sourceRequired } from "./request/choose_source.ts";
import { isProblem, problem } from "./answer/problem.ts";
import { type RequestFacts, RequestRecord } from "./request_record.ts";
import { json } from "./answer/response.ts";
import { operationOf, type ProblemForm, requiredScope, type Route, routerPath } from "./route.ts";
import { routes } from "./routes.ts";
import { totalAnswer } from "./total.ts";

/** What the gateway works with. */
export interface GatewayOptions {
  /** The tokens that are accepted; with none, nothing is readable. */
  tokens: readonly ApiToken[];
  /** The names of the sources, at least one. */
  sources: readonly string[];
  /** Recognises people by Cloudflare Access; without it, there are only tokens. */
  access?: Pick<CloudflareAccess, "identify" | "failure"> | undefined;
  /** Time, by which tokens expire, and for which sources are waited. */
  clock: Clock;
  /** Tells the log of failed authentications, at most every 10 seconds; default nobody. */
  tell?: (report: FailureReport) => Promise<unknown>;
  /** The names of invalid settings, never their values; only for clients with a valid token. */
  misconfigured?: readonly string[];
  /** The dashboard and the description of the interface; without them, there are none. */
  page?: Page;
  /**
   * Answers authorized requests from the log of a source. They say whose token it was
   * (`holderOf()`); the responses are passed on unchanged. It calls `unreachable` if it answers
   * without having reached the log.
   */
  backend: (
    request: Request,
    source: string,
    unreachable: () => void,
  ) => Response | Promise<Response>;
  /** Receives errors of the backend; the client never sees them. */
  report: (error: unknown) => void;
  /**
   * Told of each request that the backend has not answered; default nobody. The backend tells of
   * the others, since it sees when their answers end.
   */
  onRequest?: (facts: RequestFacts) => void;
}

/** What is noted about a request. */
interface Noted {
  Variables: {
    /** Its route as it is declared; absent if there is none. */
    route?: string;
    /** How its problems are told; default as problem documents. */
    problemForm?: ProblemForm | undefined;
    /** Whose token it carries, or who sent it, even if that does not suffice. */
    token?: Authenticated;
    /** Whether the backend has answered it, and tells of it. */
    isPassedOn?: boolean;
  };
}

/** Whoever has been recognised: a token, or a person. */
type Authenticated =
  & Pick<ApiToken, "name" | "scopes" | "expires" | "sources">
  & Partial<Pick<ApiToken, "sha256">>;

const NOBODY = { name: "", scopes: [] };

/**
 * The gateway: it authorizes requests by their bearer token and passes them on to the backend. All
 * routes need a token, except `/healthz`, the files of `page` and those that declare the scope
 * `none`; with no token configured nothing else is readable.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { systemClock } from "../stream/clock.ts";
 * import { createGateway } from "./gateway.ts";
 *
 * const app = createGateway({
 *   tokens: [],
 *   sources: ["default"],
 *   clock: systemClock,
 *   backend: () => new Response("secret"),
 *   report: () => {},
 * });
 * assertEquals((await app.request("/healthz")).status, 200);
 * const refused = await app.request("/v1/events");
 * assertEquals([refused.status, (await refused.json()).code], [401, "no_tokens_configured"]);
 * ```
 *
 * @param options The tokens and the backend.
 * @returns A Hono app.
 */
export function createGateway(
  {
    tokens,
    sources,
    clock,
    access,
    tell,
    misconfigured = [],
    page = {},
    backend,
    report,
    onRequest = () => {},
  }: GatewayOptions,
): Hono<Noted> {
  const table = new TokenTable(tokens);
  const guard = new FailureGuard(clock);
  const app = new Hono<Noted>();

  app.use(async (context, next) => {
    const record = new RequestRecord(context.req.raw, { clock, onEnd: onRequest });
    await next();
    tellFailures(context);
    const { route, token, isPassedOn = false, problemForm } = context.var;
    if (problemForm !== undefined && isProblem(context.res)) {
      context.res = await problemForm.answer(context.res, context.req.raw);
    }
    if (!isPassedOn) {
      record.answered(context.res, { route: route ?? null, token: token?.name ?? null });
    }
  });

  function tellFailures(context: Context<Noted>): void {
    const failures = guard.due();
    if (failures === undefined || tell === undefined) return;
    const told = tell(failures).catch(report);
    try {
      context.executionCtx.waitUntil(told); // in a Worker, what nobody waits for is cut off
    } catch {
      // There is no such context elsewhere.
    }
  }

  /** Answers a credential that is not accepted. */
  function refused(context: Context<Noted>, answer: Response, expired?: string): Response {
    const retryAfter = guard.failed(clientAddress(context.req.raw.headers), expired);
    if (retryAfter === undefined) return answer;
    return problem("too_many_failures", {
      detail: "This address has sent too many tokens that are not accepted; a valid one still is",
      headers: { "Retry-After": String(retryAfter) },
    });
  }

  /** Who sent a request, or the answer to it if that is not known. */
  async function recognise(context: Context<Noted>): Promise<Authenticated | Response> {
    const authorization = context.req.header("Authorization");
    const assertion = context.req.header(ASSERTION_HEADER);
    if (authorization === undefined && access !== undefined && assertion !== undefined) {
      const person = await access.identify(assertion);
      if (access.failure !== undefined) guard.keysFailed();
      if (person === "unavailable") {
        return problem("access_unavailable", { headers: { "Retry-After": "30" } });
      }
      return person === "invalid" ? refused(context, unauthorized(NO_PERSON)) : person;
    }
    if (table.empty && access === undefined) {
      return problem("no_tokens_configured", { detail: HOW_TO_CONFIGURE });
    }
    const token = await table.find(authorization);
    if (token !== undefined) return token;
    // Who sends nothing has guessed nothing.
    return authorization === undefined
      ? unauthorized()
      : refused(context, unauthorized(WRONG_TOKEN));
  }

  function authorize(route?: Route): MiddlewareHandler<Noted> {
    return async function authorize(context, next) {
      if (route !== undefined) {
        context.set("route", route.path);
        context.set("problemForm", operationOf(context.req.method, route)?.problemForm);
      }
      const scope = requiredScope(context.req.method, route);
      if (scope === "none") return await next();
      const token = await recognise(context);
      if (token instanceof Response) return token;
      context.set("token", token);
      const { expires = Infinity } = token;
      // Only who holds the token learns that it was a valid one.
      if (clock.now() >= expires) return refused(context, expired(expires), token.name);
      if (!permits(token.scopes, scope)) {
        return problem("forbidden", {
          detail: `This request needs a token with the scope ${scope}`,
          members: { scope },
        });
      }
      if (isPerson(token) && !isFromPage(context.req.raw)) {
        return problem("cross_site", {
          detail:
            "Whoever is signed in by Cloudflare Access can change things only on the page of " +
            "Panoptes; programs use a token",
        });
      }
      if (misconfigured.length > 0) {
        return problem("misconfigured", {
          detail: "These settings are invalid; the log of the service says why",
          members: { variables: misconfigured },
        });
      }
      return await next();
    };
  }

  async function answer(route: Route, context: Context<Noted>): Promise<Response> {
    const { token } = context.var;
    if (sources.length === 0) return problem("misconfigured");
    const chosen = chooseSource(context.req.raw, sources, token?.sources);
    if (chosen instanceof Response) return chosen;
    const ask = (request: Request, source: string, onFailure = () => {}) =>
      backend(withHolder(request, token ?? NOBODY), source, onFailure);
    if ("sources" in chosen) {
      const operation = operationOf(context.req.method, route);
      return operation?.total === undefined
        ? sourceRequired(chosen)
        : await totalAnswer(context.req.raw, operation, operation.total, {
          ...chosen,
          clock,
          ask,
          report,
        });
    }
    let isPassedOn = true;
    const response = await ask(chosen.request, chosen.source, () => isPassedOn = false);
    context.set("isPassedOn", isPassedOn);
    return response;
  }

  /** A path of the gateway itself, which needs no token. */
  function own(path: string, answer: (context: Context<Noted>) => Response | Promise<Response>) {
    app.get(path, (context) => {
      context.set("route", path);
      return answer(context);
    });
  }

  own("/session", async (context) => {
    const assertion = context.req.header(ASSERTION_HEADER);
    const person = assertion === undefined ? undefined : await access?.identify(assertion);
    const { name, scopes } = typeof person === "object" ? person : { name: null, scopes: [] };
    return json({ name, scopes });
  });
  own("/healthz", () => json({ status: "ok" }));
  for (const [path, file] of Object.entries(page)) own(path, () => pageAnswer(path, file));
  // The backend finds a route with the same router, so no spelling of a path evades its scope.
  for (const route of routes) {
    app.all(routerPath(route), authorize(route), (context) => answer(route, context));
  }
  app.use(authorize());
  app.notFound(() => problem("not_found"));
  app.onError((error) => {
    report(error);
    return problem("internal");
  });
  return app;
}

const HOW_TO_CONFIGURE =
  "Set API_TOKENS to a JSON list of {name, sha256, scopes}, where sha256 is the SHA-256 of a token " +
  `in hexadecimal and scopes contains some of ${SCOPES.join(", ")}. ` +
  "Until it is set and valid, nothing is readable";

/** What a client that sent no acceptable token is challenged with. */
const INVALID_TOKEN = { "WWW-Authenticate": `Bearer realm="panoptes", error="invalid_token"` };

function expired(at: number): Response {
  return problem("token_expired", {
    detail: "The token was valid until the time in expires; ask the operator for a new one",
    members: { expires: new Date(at).toISOString() },
    headers: INVALID_TOKEN,
  });
}

/** Whether it is a person, who is recognised by what a browser sends by itself. */
function isPerson({ name }: Authenticated): boolean {
  return name.startsWith(PERSON_PREFIX);
}

/**
 * Whether a request changes nothing, or comes from our own page: the browser says so in a header
 * that no script can set.
 */
function isFromPage({ method, headers }: Request): boolean {
  return method === "GET" || method === "HEAD" || headers.get("Sec-Fetch-Site") === "same-origin";
}

const WRONG_TOKEN = "Authorization does not contain a configured token; send it as Bearer <token>";
const NO_PERSON = "The identity that Cloudflare Access has sent is not valid here; sign in again";

function unauthorized(wrong?: string): Response {
  return problem("unauthorized", {
    detail: wrong ?? "Send a configured token as Authorization: Bearer <token>",
    headers: wrong === undefined ? {} : INVALID_TOKEN,
  });
}

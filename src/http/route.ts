import type { Context } from "hono";
import type * as v from "valibot";
import type { SubscribeOptions } from "../sse/subscribe.ts";
import type { Scope } from "./api_tokens.ts";
import type { LogAccess } from "./log_access.ts";
import { type Query, readQuery } from "./read_query.ts";
import type { StreamLimit } from "./stream_limit.ts";

/** What the routes work with. */
export interface Services extends Pick<SubscribeOptions, "clock" | "random" | "onClose"> {
  /** The log. */
  readonly log: LogAccess;
  /** The limit on open streams, shared by all answers that are not short. */
  readonly streams: StreamLimit;
}

/** One request to an operation. */
export interface Call<Entries extends v.ObjectEntries> extends Services {
  /** The query, validated. */
  readonly query: Query<Entries>;
  /** The request, with Hono's helpers. */
  readonly context: Context;
}

/** What a route does for one method. */
export interface Operation {
  /** The scope that a token needs. */
  readonly scope: Scope;
  /** The query parameters, by name. */
  readonly query: v.ObjectEntries;
  /** Answers a request; throws an `InvalidRequestError` if its query is invalid. */
  answer(context: Context, services: Services): Response | Promise<Response>;
}

const METHODS = ["GET", "POST"] as const;

/** A path and what can be done there; the gateway and the log's app are both built from it. */
export interface Route extends Readonly<Partial<Record<typeof METHODS[number], Operation>>> {
  /** The path, with parameters as Hono writes them. */
  readonly path: string;
}

/**
 * Declares what a route does for one method.
 *
 * @typeParam Entries The schemas by query parameter.
 * @param scope The scope that a token needs.
 * @param query The query parameters; any other is refused.
 * @param answer Answers a request.
 * @returns The operation.
 */
export function operation<const Entries extends v.ObjectEntries>(
  scope: Scope,
  query: Entries,
  answer: (call: Call<Entries>) => Response | Promise<Response>,
): Operation {
  return {
    scope,
    query,
    answer: (context, services) =>
      answer({ ...services, context, query: readQuery(context.req.url, query) }),
  };
}

/**
 * The methods that a route accepts besides HEAD, which every GET includes.
 *
 * @param route The route.
 * @returns Each method with its operation.
 */
export function operationsOf(route: Route): [method: string, operation: Operation][] {
  return METHODS.flatMap((method) => {
    const declared = route[method];
    return declared === undefined ? [] : [[method, declared]];
  });
}

/**
 * The scope that a request needs: what its route declares. Where nothing is declared, reading needs
 * `read` and every other method, known or not, needs `admin`.
 *
 * @param method The method of the request.
 * @param route The route; absent for an unknown path.
 * @returns The scope.
 */
export function requiredScope(method: string, route?: Route): Scope {
  const isRead = method === "GET" || method === "HEAD";
  const operations = route === undefined ? [] : operationsOf(route);
  const declared = operations.find(([name]) => name === (isRead ? "GET" : method));
  return declared?.[1].scope ?? (isRead ? "read" : "admin");
}

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

/** A request for a route. */
export interface RoutedRequest {
  /** The request. */
  readonly request: Request;
  /** The parameters in its path, by name. */
  readonly params: Readonly<Record<string, string>>;
}

/** One request to an operation. */
export interface Call<Entries extends v.ObjectEntries> extends Services, RoutedRequest {
  /** The query, validated. */
  readonly query: Query<Entries>;
}

/** What a route does for one method. */
export interface Operation {
  /** The scope that a token needs; `none` if nobody needs a token. */
  readonly scope: Scope | "none";
  /** The query parameters, by name. */
  readonly query: v.ObjectEntries;
  /** Answers a request; throws an `InvalidRequestError` if its query is invalid. */
  answer(routed: RoutedRequest, services: Services): Response | Promise<Response>;
}

const METHODS = ["GET", "PUT", "POST", "DELETE"] as const;

/** A path and what can be done there; the gateway and the log's app are both built from it. */
export interface Route extends Readonly<Partial<Record<typeof METHODS[number], Operation>>> {
  /** The path, with parameters as Hono writes them. */
  readonly path: string;
}

/**
 * Declares what a route does for one method.
 *
 * @typeParam Entries The schemas by query parameter.
 * @param scope The scope that a token needs; `none` if nobody needs a token.
 * @param query The query parameters; any other is refused.
 * @param answer Answers a request.
 * @returns The operation.
 */
export function operation<const Entries extends v.ObjectEntries>(
  scope: Scope | "none",
  query: Entries,
  answer: (call: Call<Entries>) => Response | Promise<Response>,
): Operation {
  return {
    scope,
    query,
    answer: (routed, services) =>
      answer({ ...services, ...routed, query: readQuery(routed.request.url, query) }),
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
 * The operation for a method; HEAD is what GET is.
 *
 * @param method The method of a request.
 * @param route The route.
 * @returns The operation; undefined if the route does not have the method.
 */
export function operationOf(method: string, route: Route): Operation | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  return operationsOf(route).find(([name]) => name === wanted)?.[1];
}

/**
 * The scope that a request needs: what its route declares. Where nothing is declared, reading needs
 * `read` and every other method, known or not, needs `admin`.
 *
 * @param method The method of the request.
 * @param route The route; absent for an unknown path.
 * @returns The scope.
 */
export function requiredScope(method: string, route?: Route): Scope | "none" {
  const declared = route === undefined ? undefined : operationOf(method, route);
  return declared?.scope ?? (method === "GET" || method === "HEAD" ? "read" : "admin");
}

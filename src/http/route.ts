import type * as v from "valibot";
import type { SubscribeOptions } from "../sse/subscribe.ts";
import type { Scope } from "./access/api_tokens.ts";
import type { LogAccess } from "./log_access.ts";
import type { ProblemCode } from "./answer/problem.ts";
import { readBody } from "./request/read_body.ts";
import { type Query, readQuery } from "./request/read_query.ts";
import type { BodyMeter } from "./request_record.ts";
import { EVENT_STREAM } from "./answer/response.ts";
import type { StreamLimit } from "./access/stream_limit.ts";

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
  /** What learns about a body that is made part by part. */
  readonly meter: BodyMeter;
  /** The parameters in its path, by name. */
  readonly params: Readonly<Record<string, string>>;
}

/** What the log of one source answered. */
export interface SourceAnswer {
  /** The name of the source. */
  readonly source: string;
  /** Its answer, JSON or text; undefined if it did not answer, or with a problem. */
  readonly value: unknown;
}

/** How one answer is made for several sources. */
export interface Total {
  /** The content, where it is not that of the answer for one source. */
  readonly schema?: v.GenericSchema;
  /**
   * Makes the answer.
   *
   * @param answers What the sources answered, in the order of the settings.
   * @param now The time, in milliseconds since the Unix epoch.
   */
  answer(answers: readonly SourceAnswer[], now: number): Response;
}

/** The schema of a body; undefined where there is none, or where the answer checks it. */
export type BodySchema = v.GenericSchema | undefined;

/** One request to an operation. */
export interface Call<Entries extends v.ObjectEntries, Body extends BodySchema = undefined>
  extends Services, RoutedRequest {
  /** The query, validated. */
  readonly query: Query<Entries>;
  /** The body, validated; undefined if the operation declares none. */
  readonly body: Body extends v.GenericSchema ? v.InferOutput<Body> : undefined;
}

/** The forms of an answer, each with its media type. */
export const FORMS = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  plainNdjson: "application/ndjson",
  jsonl: "application/jsonl",
  stream: EVENT_STREAM,
  text: "text/plain",
  protobuf: "application/x-protobuf",
} as const;

/** A form of an answer. */
export type Form = keyof typeof FORMS;

/** The successful answers: for each status the forms, each with the schema of its content. */
export type Answers = Readonly<
  Record<number, { readonly [form in Form]?: v.GenericSchema }>
>;

/** How problems are told where an operation speaks a protocol that has a form of its own for them. */
export interface ProblemForm {
  /** The schema of its JSON. */
  readonly schema: v.GenericSchema;
  /** Tells a problem in the form that fits the request. */
  answer(problem: Response, request: Request): Promise<Response>;
}

/** The facts of an operation: what it accepts and answers. `/openapi.json` is made from them. */
export interface OperationFacts {
  /** The scope that a token needs; `none` if nobody needs a token. */
  readonly scope: Scope | "none";
  /** What it is for, without a full stop; the table of docs/http.md has the same words. */
  readonly purpose: string;
  /** The query parameters, by name; default none. Any other is refused. */
  readonly query?: v.ObjectEntries;
  /** What parameters of any other name mean; default they are refused. */
  readonly otherQuery?: string;
  /** The headers that it heeds, with their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, which is validated by it; default none. */
  readonly body?: BodySchema;
  /** The body, where the answer reads and checks it. */
  readonly ownBody?: BodySchema;
  /** The forms of the body; default JSON. */
  readonly bodyForms?: readonly Form[];
  /** How its problems are told; default as problem documents. */
  readonly problemForm?: ProblemForm;
  /** The successful answers. */
  readonly answers: Answers;
  /** The answer if several sources may be meant; default a problem that names them. */
  readonly total?: Total;
  /** Problems of its own, besides those that every operation has. */
  readonly problems?: readonly ProblemCode[];
}

/** What a route does for one method. */
export interface Operation extends OperationFacts {
  /** The query parameters, by name. */
  readonly query: v.ObjectEntries;
  /** Answers a request; throws an `InvalidRequestError` if its query or body is invalid. */
  answer(routed: RoutedRequest, services: Services): Response | Promise<Response>;
}

const METHODS = ["GET", "PUT", "POST", "DELETE"] as const;

/** An operation whose types say what it accepts and answers. */
export interface TypedOperation<
  Answered extends Answers,
  Entries extends v.ObjectEntries,
  Body extends BodySchema,
  OwnBody extends BodySchema = undefined,
> extends Operation {
  readonly query: Entries;
  readonly body: Body;
  readonly ownBody: OwnBody;
  readonly answers: Answered;
}

/** A method that routes may have. */
export type Method = typeof METHODS[number];

/** A parameter in the path of a route. */
export interface PathParameter {
  /** A regular expression for all of it; a path that differs is not found. */
  readonly pattern: string;
  /** What it is. */
  readonly description: string;
}

/** A path and what can be done there; the gateway and the log's app are both built from it. */
export interface Route extends Readonly<Partial<Record<Method, Operation>>> {
  /** The path, with parameters such as `:id`. */
  readonly path: string;
  /** Its parameters, by name. */
  readonly params: Readonly<Record<string, PathParameter>>;
}

/**
 * Declares what a route does for one method.
 *
 * @typeParam Answered The successful answers.
 * @typeParam Entries The schemas by query parameter.
 * @typeParam Body The schema of the body.
 * @typeParam OwnBody The schema of a body that the answer checks.
 * @param facts What it accepts and answers, and how it answers a request.
 * @returns The operation.
 */
export function operation<
  const Answered extends Answers,
  // deno-lint-ignore ban-types -- no parameters
  const Entries extends v.ObjectEntries = {},
  Body extends BodySchema = undefined,
  OwnBody extends BodySchema = undefined,
>({ answer, ...facts }: Omit<OperationFacts, "query" | "body" | "ownBody" | "answers"> & {
  readonly query?: Entries;
  readonly body?: Body;
  readonly ownBody?: OwnBody;
  readonly answers: Answered;
  readonly answer: (call: Call<Entries, Body>) => Response | Promise<Response>;
}): TypedOperation<Answered, Entries, Body, OwnBody> {
  const { query = {} as Entries, body, ownBody } = facts;
  return {
    ...facts,
    query,
    body: body as Body,
    ownBody: ownBody as OwnBody,
    answer(routed, services) {
      const values = readQuery(routed.request.url, query);
      const answerTo = (body: unknown) =>
        answer({ ...services, ...routed, query: values, body } as Call<Entries, Body>);
      return body === undefined
        ? answerTo(undefined)
        : readBody(routed.request, body).then(answerTo);
    },
  };
}

/**
 * Declares a path and what can be done there.
 *
 * @typeParam Path The path.
 * @typeParam Operations The operations by method.
 * @param path The path, with parameters such as `:id`.
 * @param operations The operations by method.
 * @param params The parameters of the path, by name.
 * @returns The route.
 */
export function route<
  const Path extends string,
  const Operations extends Readonly<Partial<Record<Method, Operation>>>,
>(path: Path, operations: Operations, params: Route["params"] = {}): RouteOf<Path, Operations> {
  return { path, params, ...operations };
}

/** A route whose types say what it accepts and answers. */
export type RouteOf<Path extends string, Operations> =
  & { readonly path: Path; readonly params: NonNullable<Route["params"]> }
  & Operations;

/**
 * The path of a route as Hono writes it, with the patterns of its parameters.
 *
 * @param route The route.
 * @returns The path, such as `/v1/alerts/:id{[a-z0-9]{1,32}}`.
 */
export function routerPath({ path, params }: Route): string {
  return path.replace(/:(\w+)/g, (name, key) => {
    const { pattern } = params[key] ?? {};
    return pattern === undefined ? name : `${name}{${pattern}}`;
  });
}

/**
 * The methods that a route accepts besides HEAD, which every GET includes.
 *
 * @param route The route.
 * @returns Each method with its operation.
 */
export function operationsOf(route: Route): [method: Method, operation: Operation][] {
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

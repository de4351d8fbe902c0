/**
 * The type of the HTTP interface, for `hc()` of `hono/client`.
 *
 * @module
 */
import type { Hono } from "hono";
import type * as v from "valibot";
import type { ProblemCode, PROBLEMS } from "./answer/problem.ts";
import type { Answers, Method, Operation } from "./route.ts";
import type { TypedRoute } from "./routes.ts";

/**
 * Every operation as a client sees it: the path, the query and the body that it takes, and what it
 * answers with which status. It is made from the routes, so it is never out of date.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hc } from "hono/client";
 * import type { PanoptesApi } from "./panoptes_api.ts";
 *
 * const client = hc<PanoptesApi>("https://panoptes.example.com", {
 *   headers: { Authorization: "Bearer a-token" },
 *   fetch: () => Promise.resolve(Response.json({ deliveries: [], next: null })),
 * });
 * const answer = await client.v1.deliveries.$get({ query: { state: "dead" } });
 * if (answer.ok) assertEquals((await answer.json()).deliveries.map(({ endpoint }) => endpoint), []);
 * else console.warn((await answer.json()).code);
 * ```
 */
// deno-lint-ignore ban-types -- as Hono says that there is no environment
export type PanoptesApi = Hono<{}, SchemaOf<TypedRoute>>;

/** A problem document (RFC 9457), as a client sees it. */
export interface Problem {
  /** `urn:panoptes:problem:` and the code. */
  readonly type: string;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** Which problem it is: rely on this, not on the texts. */
  readonly code: ProblemCode;
  /** What went wrong this time, and how to fix it. */
  readonly detail?: string;
  /** Everything that is wrong with what was sent, each with its place. */
  readonly problems?: readonly string[];
}

type SchemaOf<Routes extends { readonly path: string }> = {
  [Path in Routes["path"]]: MethodsOf<Extract<Routes, { readonly path: Path }>>;
};

type MethodsOf<Route extends { readonly path: string }> = {
  [M in keyof Route & Method as `$${Lowercase<M>}`]: Route[M] extends Operation
    ? EndpointOf<InputOf<Route["path"], Route[M]>, Route[M]["answers"]>
    : never;
};

/** One for each status, as Hono tells them apart. */
type EndpointOf<Input, Answered extends Answers> =
  | {
    [Status in keyof Answered & number]: {
      input: Input;
      output: Answered[Status] extends { readonly json: infer Json extends v.GenericSchema }
        ? v.InferOutput<Json>
        : string;
      outputFormat: Answered[Status] extends { readonly json: v.GenericSchema } ? "json" : "text";
      status: Status;
    };
  }[keyof Answered & number]
  | { input: Input; output: Problem; outputFormat: "json"; status: ProblemStatus };

type ProblemStatus = (typeof PROBLEMS)[ProblemCode][0];

/** What a client gives: text in the path and the query, JSON in the body. */
type InputOf<Path extends string, Asked extends Operation> =
  & ([ParamOf<Path>] extends [never] ? Nothing : { param: Record<ParamOf<Path>, string> })
  & QueryOf<Asked>
  & (Asked["body"] extends v.GenericSchema ? { json: v.InferInput<Asked["body"]> }
    : Asked["ownBody"] extends v.GenericSchema ? { json: v.InferInput<Asked["ownBody"]> }
    : Nothing);

type QueryOf<Asked extends Operation> = {
  query?:
    & { source?: string | undefined }
    & v.InferInput<v.ObjectSchema<Asked["query"], undefined>>
    // Conditions on fields have names of their own.
    & (Asked extends { readonly otherQuery: string } ? Record<string, string | undefined>
      : Nothing);
};

// deno-lint-ignore ban-types -- no members, as in an intersection
type Nothing = {};

type ParamOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}` ? Name
  : never;

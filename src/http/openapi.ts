import * as v from "valibot";
import { SOURCE_PARAMETER } from "./request/choose_source.ts";
import { type Json, jsonSchemaOf, meaningOf, metadataOf, NAMED, refOf } from "./openapi_schemas.ts";
import { type ProblemCode, PROBLEMS } from "./answer/problem.ts";
import { FORMS, type Operation, operationsOf, type ProblemForm, type Route } from "./route.ts";
import { routes } from "./routes.ts";

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<"title" | "version" | "summary" | "description", string>>;
  readonly tags: readonly { readonly name: string }[];
  /** The operations, by path and then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly responses: Readonly<Record<string, OpenApiResponse>>;
    readonly securitySchemes: Json;
  };
}

/** One operation of the document. */
export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: true; readonly content: OpenApiContent };
  readonly responses: Readonly<Record<string, OpenApiResponse | { readonly $ref: string }>>;
}

/** A parameter of an operation. */
export interface OpenApiParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly required: boolean;
  readonly schema: Json;
}

/** An answer of an operation. */
export interface OpenApiResponse {
  readonly description: string;
  readonly content: OpenApiContent;
}

/** What is sent, by media type. */
export type OpenApiContent = Readonly<Record<string, { readonly schema: Json }>>;

/** What the gateway answers itself, without a token. */
const OWN_PATHS: OpenApiDocument["paths"] = {
  "/healthz": own("getHealthz", '`{"status":"ok"}` while the process answers', {
    type: "object",
    properties: { status: { const: "ok" } },
    required: ["status"],
  }),
  "/session": own(
    "getSession",
    "who you are by Cloudflare Access",
    {
      type: "object",
      properties: {
        name: { type: ["string", "null"], description: "the person; null if there is none" },
        scopes: { type: "array", items: { type: "string" }, description: "what they may do" },
      },
      required: ["name", "scopes"],
    },
  ),
  "/openapi.json": own("getOpenapi", "this interface in OpenAPI 3.1", { type: "object" }),
};

/** The problems that every operation has, and those of operations that need a token. */
const COMMON: readonly ProblemCode[] = [
  "invalid_request",
  "too_many_requests",
  "internal",
  "overloaded",
  "unavailable",
];
const OF_TOKENS: readonly ProblemCode[] = [
  "unauthorized",
  "no_tokens_configured",
  "token_expired",
  "too_many_failures",
  "access_unavailable",
  "forbidden",
  "misconfigured",
  "source_required",
  "unknown_source",
];
/** Those of operations that change something. */
const OF_CHANGES: readonly ProblemCode[] = ["cross_site"];

/**
 * The HTTP interface in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html), made from the
 * routes and the schemas that they validate with.
 *
 * @param version The version of Panoptes.
 * @returns The document.
 */
export function openApiDocument(version: string): OpenApiDocument {
  const responses: Record<string, OpenApiResponse> = {};
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes) {
    const operations = operationsOf(route).map(([method, operation]) => [
      method.toLowerCase(),
      operationObject(method, route, operation, responses),
    ]);
    paths[templateOf(route)] = Object.fromEntries(operations);
  }
  const all = { ...paths, ...OWN_PATHS };
  return {
    openapi: "3.1.1",
    info: {
      title: "Panoptes",
      version,
      summary: "Watches the ThousandEyes activity log",
      description:
        "The log of events and alerts, and what watches over it. Every operation needs a bearer " +
        "token, unless it says otherwise. Errors are problem documents (RFC 9457).",
    },
    tags: [...new Set(Object.keys(all).map(tagOf))].map((name) => ({ name })),
    paths: all,
    components: {
      schemas: Object.fromEntries(
        Object.entries(NAMED).map(([name, schema]) => [name, jsonSchemaOf(schema, "output", true)]),
      ),
      responses,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "A token of `API_TOKENS`; each operation names the scope that it needs. " +
            "`admin` includes `read`, and `read` includes `read:events` and `read:alerts`; only `intake` " +
            "allows a client to push events. A token " +
            "may expire, and may be limited to some sources",
        },
      },
    },
  };
}

/** The path of a route as OpenAPI writes it: `/v1/alerts/{id}`. */
function templateOf({ path }: Route): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

/** Operations are grouped by what they are about: the first part of the path that is not a version. */
function tagOf(path: string): string {
  return /^\/(?:v1\/|\.well-known\/)?([^/]+)/.exec(path)?.[1] ?? "";
}

function operationObject(
  method: string,
  route: Route,
  operation: Operation,
  shared: Record<string, OpenApiResponse>,
): OpenApiOperation {
  const { scope, purpose, answers, total, body, ownBody, problems = [], problemForm } = operation;
  const { bodyForms = ["json"] } = operation;
  const path = templateOf(route);
  const parameters = parametersOf(route, operation);
  const ofTokens = scope === "none" ? [] : OF_TOKENS;
  const ofChanges = scope === "none" || method === "GET" ? [] : OF_CHANGES;
  const codes = [...COMMON, ...ofTokens, ...ofChanges, ...problems];
  const sent = body ?? ownBody;
  return {
    operationId: method.toLowerCase() +
      path.replaceAll("/v1", "").replace(
        /[^a-z0-9]+([a-z0-9]?)/gi,
        (_, letter: string) => letter.toUpperCase(),
      ),
    summary: sentence(purpose),
    tags: [tagOf(path)],
    security: scope === "none" ? [] : [{ token: [scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(sent !== undefined && {
      requestBody: {
        required: true,
        content: Object.fromEntries(bodyForms.map((form) => [
          FORMS[form],
          { schema: form === "json" ? jsonSchemaOf(sent, "input") : BINARY },
        ])),
      },
    }),
    responses: {
      ...successes(answers, total?.schema),
      ...(problemForm === undefined ? failures(codes, shared) : otherFailures(codes, problemForm)),
    },
  };
}

function parametersOf(
  { params }: Route,
  { scope, query, otherQuery, headers = {} }: Operation,
): OpenApiParameter[] {
  const inPath = Object.entries(params).map(([name, { pattern, description }]) => ({
    name,
    in: "path" as const,
    description,
    required: true,
    schema: { type: "string", pattern: `^${pattern}$` },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({
    name,
    in: "query" as const,
    description: meaningOf(schema) ?? "",
    required: false,
    schema: querySchemaOf(schema),
  }));
  const source = scope === "none" ? [] : [{
    ...SOURCE_PARAMETER,
    in: "query" as const,
    required: false,
    schema: { type: "string" },
  }];
  const fields = otherQuery === undefined ? [] : [{
    name: "fields",
    in: "query" as const,
    description: otherQuery,
    required: false,
    style: "form",
    explode: true,
    schema: { type: "object", additionalProperties: { type: "string" } },
  }];
  const inHeaders = Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header" as const,
    description,
    required: false,
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery, ...source, ...fields, ...inHeaders];
}

/** What a query may contain: text, but for numbers and choices, which are told as such. */
function querySchemaOf(schema: v.GenericSchema): Json {
  const { query } = metadataOf(schema);
  if (query !== undefined) return query as Json;
  const { description: _, ...converted } = jsonSchemaOf(schema, "input");
  return converted;
}

function successes(
  answers: Operation["answers"],
  total: v.GenericSchema | undefined,
): OpenApiOperation["responses"] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, forms]) => [status, {
      description: SUCCESSES[status] ?? "Success",
      content: Object.fromEntries(
        Object.entries(forms).map(([form, schema]) => [
          FORMS[form as keyof typeof FORMS],
          {
            schema: jsonSchemaOf(total === undefined ? schema : v.union([schema, total]), "output"),
          },
        ]),
      ),
    }]),
  );
}

const SUCCESSES: Readonly<Record<string, string>> = {
  200: "Done",
  201: "Created",
  202: "Accepted: it is done soon",
};

/** One response for each status, shared by all operations with the same codes. */
function failures(
  codes: readonly ProblemCode[],
  shared: Record<string, OpenApiResponse>,
): OpenApiOperation["responses"] {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code][0]);
  return Object.fromEntries([...byStatus].map(([status, codes]) => {
    const name = codes.toSorted().join("_or_");
    shared[name] ??= {
      description: meaningsOf(codes),
      content: {
        "application/problem+json": {
          schema: {
            allOf: [{ $ref: refOf("Problem") }],
            properties: { status: { const: status }, code: { enum: codes } },
          },
        },
      },
    };
    return [String(status), { $ref: `#/components/responses/${name}` }];
  }));
}

function meaningsOf(codes: readonly ProblemCode[]): string {
  return codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join("; ");
}

/** Problems in the form of another protocol. */
function otherFailures(
  codes: readonly ProblemCode[],
  { schema }: ProblemForm,
): OpenApiOperation["responses"] {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code][0]);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [String(status), {
    description: meaningsOf(codes),
    content: {
      [FORMS.json]: { schema: jsonSchemaOf(schema, "output") },
      [FORMS.protobuf]: { schema: BINARY },
    },
  }]));
}

/** A body that is no JSON. */
const BINARY: Json = { type: "string", format: "binary" };

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function own(
  operationId: string,
  summary: string,
  schema: Json,
): Readonly<Record<string, OpenApiOperation>> {
  return {
    get: {
      operationId,
      summary: sentence(summary),
      tags: ["service"],
      security: [],
      responses: { 200: { description: "Done", content: { [FORMS.json]: { schema } } } },
    },
  };
}

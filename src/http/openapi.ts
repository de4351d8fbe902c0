import { type ConversionConfig, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { AlertSchema } from "../alert/alert_schema.ts";
import { SOURCE_PARAMETER } from "./choose_source.ts";
import { type ProblemCode, PROBLEMS } from "./problem.ts";
import { FORMS, type Operation, operationsOf, type ProblemForm, type Route } from "./route.ts";
import { AlertHistorySchema, AlertStateChangeSchema } from "./routes/alert.ts";
import { BacktestReportSchema } from "./routes/backtest.ts";
import { ChangeSchema } from "./routes/changes.ts";
import { DeliveryDetailsSchema, DeliverySchema } from "./routes/deliveries.ts";
import { EndpointSchema, EndpointTestSchema } from "./routes/endpoints.ts";
import {
  AlertEntrySchema,
  EventEntrySchema,
  EventSchema,
  GapSchema,
} from "./routes/events_and_alerts.ts";
import { InvalidEventSchema } from "./routes/invalid_events.ts";
import { BundleSchema, RuleSchema, RuleSetSchema, RuleSourceSchema } from "./routes/rules.ts";
import { SilenceSchema } from "./routes/silences.ts";
import { SourceSchema } from "./routes/sources.ts";
import {
  EndpointStatusSchema,
  FailureSchema,
  ReasonSchema,
  StatusSchema,
  TotalStatusSchema,
} from "./routes/status.ts";
import { routes } from "./routes.ts";
import { described, text, time } from "./schema.ts";

/** A JSON object of the document. */
type Json = Record<string, unknown>;

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

/** A problem (RFC 9457), whichever its code is. */
const ProblemSchema = v.object({
  type: described(text, "`urn:panoptes:problem:` and the code"),
  title: described(text, "what is wrong, in a few words"),
  status: described(v.number(), "the HTTP status"),
  code: described(
    v.picklist(Object.keys(PROBLEMS) as ProblemCode[]),
    "which problem it is: rely on this, not on the texts",
  ),
  detail: v.optional(described(text, "what went wrong this time, and how to fix it")),
  scope: v.optional(described(text, "`forbidden`: the scope that the token lacks")),
  problems: v.optional(
    described(v.array(text), "everything that is wrong with what was sent, each with its place"),
  ),
  available: v.optional(described(v.array(text), "`not_acceptable`: the forms that there are")),
  sources: v.optional(
    described(
      v.array(text),
      "`source_required`, `unknown_source` and `forbidden`: the sources that the token may see",
    ),
  ),
  variables: v.optional(described(v.array(text), "`misconfigured`: the settings to correct")),
  expires: v.optional(described(time, "`token_expired`: until when the token was valid")),
  maxBytes: v.optional(described(v.number(), "`too_large`: the maximum size of a body")),
});

/** The schemas that have a name in the document. */
const NAMED: Readonly<Record<string, v.GenericSchema>> = {
  Alert: AlertSchema,
  AlertEntry: AlertEntrySchema,
  AlertHistory: AlertHistorySchema,
  AlertStateChange: AlertStateChangeSchema,
  BacktestReport: BacktestReportSchema,
  Change: ChangeSchema,
  Delivery: DeliverySchema,
  DeliveryDetails: DeliveryDetailsSchema,
  Endpoint: EndpointSchema,
  EndpointStatus: EndpointStatusSchema,
  EndpointTest: EndpointTestSchema,
  Event: EventSchema,
  EventEntry: EventEntrySchema,
  Failure: FailureSchema,
  Gap: GapSchema,
  InvalidEvent: InvalidEventSchema,
  Problem: ProblemSchema,
  Reason: ReasonSchema,
  Rule: RuleSchema,
  RuleSource: RuleSourceSchema,
  RuleBundle: BundleSchema,
  RuleSet: RuleSetSchema,
  Silence: SilenceSchema,
  Source: SourceSchema,
  Status: StatusSchema,
  TotalStatus: TotalStatusSchema,
};
const nameOf = new Map(Object.entries(NAMED).map(([name, schema]) => [schema, name]));

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

/** Checks of valibot that JSON Schema has no words for; the descriptions tell what matters. */
const UNTOLD = ["check", "raw_check", "trim", "to_lower_case", "custom", "readonly"];

function jsonSchemaOf(schema: v.GenericSchema, typeMode: "input" | "output", whole = false): Json {
  const name = nameOf.get(schema);
  if (name !== undefined && !whole) return { $ref: refOf(name) };
  const config: ConversionConfig = {
    target: "draft-2020-12",
    typeMode,
    ignoreActions: UNTOLD,
    definitions: NAMED,
    overrideRef: ({ referenceId }) => refOf(referenceId),
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      told(valibotSchema as Schema, jsonSchema as Json, typeMode),
  };
  // A named schema would be converted to a reference to itself.
  const converted = toJsonSchema(whole ? { ...schema } : schema, config) as Json;
  const { $schema: _, $defs: __, ...json } = converted;
  return json;
}

/** A schema of valibot, as far as it is looked into here. */
type Schema = v.GenericSchema & {
  readonly wrapped?: Schema;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly pipe?: readonly Schema[];
};

/** What the conversion leaves out: descriptions after a transformation, and names within pipes. */
function told(
  schema: Schema,
  json: Json,
  typeMode: "input" | "output",
): Json | undefined {
  if (schema.type === "custom") {
    return v.is(schema, {}) && !v.is(schema, "") ? { type: "object" } : {};
  }
  if (schema.type === "nullable") return orNull(json);
  if (schema.entries === undefined) return undefined;
  const properties = Object.entries(schema.entries).map(([name, entry]) => {
    const named = namedIn(entry);
    const description = meaningOf(entry);
    const converted = (json["properties"] as Json)[name] as Json;
    return [name, {
      ...(named === undefined ? converted : { $ref: refOf(named) }),
      ...(description !== undefined && { description }),
    }];
  });
  const { additionalProperties, ...rest } = json;
  return {
    ...rest,
    properties: Object.fromEntries(properties),
    ...(schema.type === "loose_object" && { additionalProperties: true }),
    // A later version may answer with more.
    ...(typeMode === "input" && additionalProperties !== undefined && { additionalProperties }),
  };
}

/** A type or null, in fewer words where that is possible. */
function orNull(json: Json): Json | undefined {
  const { anyOf: [one] = [], ...rest } = json as { anyOf?: Json[] };
  if (typeof one?.["type"] !== "string" || "enum" in one || "const" in one) return undefined;
  return { ...one, ...rest, type: [one["type"], "null"] };
}

/** The name of a schema, also where it has a description of its own. */
function namedIn({ type, pipe, wrapped }: Schema): string | undefined {
  const inner = type === "optional" || type === "exact_optional" ? wrapped : pipe?.[0];
  return inner === undefined ? undefined : nameOf.get(inner) ?? namedIn(inner);
}

/** The description of a schema, without links: they lead to files that are not served. */
function meaningOf(schema: Schema): string | undefined {
  const { wrapped } = schema;
  const meaning = v.getDescription(schema) ?? (wrapped && meaningOf(wrapped));
  return meaning?.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

function metadataOf(schema: Schema): Readonly<Record<string, unknown>> {
  const { wrapped } = schema;
  return { ...(wrapped && metadataOf(wrapped)), ...v.getMetadata(schema) };
}

function refOf(name: string): string {
  return `#/components/schemas/${name}`;
}

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

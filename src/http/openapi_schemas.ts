/**
 * The schemas of `/openapi.json`: those that have a name in it, and how all are written.
 *
 * @module
 */
import { type ConversionConfig, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { AlertSchema } from "../alert/alert_schema.ts";
import { type ProblemCode, PROBLEMS } from "./answer/problem.ts";
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
import { described, text, time } from "./request/schema.ts";

/** A JSON object of the document. */
export type Json = Record<string, unknown>;

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
export const NAMED: Readonly<Record<string, v.GenericSchema>> = {
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

/** Checks of valibot that JSON Schema has no words for; the descriptions tell what matters. */
const UNTOLD = ["check", "raw_check", "trim", "to_lower_case", "custom", "readonly"];

/**
 * A schema in JSON Schema, with references to those that have a name.
 *
 * @param schema The schema.
 * @param typeMode Whether it is of what is sent (`input`) or of what is answered.
 * @param whole Whether it is written out even if it has a name; default false.
 * @returns The JSON Schema.
 */
export function jsonSchemaOf(
  schema: v.GenericSchema,
  typeMode: "input" | "output",
  whole = false,
): Json {
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
export function meaningOf(schema: Schema): string | undefined {
  const { wrapped } = schema;
  const meaning = v.getDescription(schema) ?? (wrapped && meaningOf(wrapped));
  return meaning?.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** The metadata of a schema, and of what it wraps. */
export function metadataOf(schema: Schema): Readonly<Record<string, unknown>> {
  const { wrapped } = schema;
  return { ...(wrapped && metadataOf(wrapped)), ...v.getMetadata(schema) };
}

/** The reference to a schema with a name. */
export function refOf(name: string): string {
  return `#/components/schemas/${name}`;
}

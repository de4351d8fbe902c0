import * as v from "valibot";
import type { Condition, Detection } from "../sigma/engine.ts";
import { isDeeper } from "../stream/deep_json.ts";
import { BUNDLE_FORMAT, revisionOf, type SealedBundle } from "./rule_bundle.ts";

/** Deeper than any rule that loads: conditions and detections nest in each other. */
const MAX_LEVELS = 600;

/** How many problems are told, and looked for. */
const MAX_PROBLEMS = 20;

const text = v.string();
const texts = v.array(text);
const maybe = v.optional(text);
const byName = <const S extends v.GenericSchema>(schema: S) => v.record(text, schema);

/**
 * An array of documents. Each tells its first problem, and those after the last one that is told
 * are not looked at: a megabyte of nonsense would make more problems than memory holds.
 */
function documents<const S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.array(v.custom<v.InferOutput<S>>(() => true)),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      let problems = 0;
      for (const [key, value] of dataset.value.entries()) {
        const [issue] = v.safeParse(schema, value, { abortEarly: true }).issues ?? [];
        if (issue === undefined) continue;
        const place = { type: "array", origin: "value", input: dataset.value, key, value } as const;
        addIssue({ message: issue.message, path: [place, ...issue.path ?? []] });
        if (++problems === MAX_PROBLEMS) return;
      }
    }),
  );
}

const any = v.custom<never>(() => true); // what is read of it is checked where it is read

const condition: v.GenericSchema<Condition> = v.lazy(() =>
  v.variant("op", [
    v.object({ op: v.picklist(["and", "or"]), of: v.array(condition) }),
    v.object({ op: v.literal("not"), of: condition }),
    v.object({ op: v.literal("name"), name: text }),
    v.object({ op: v.picklist(["1 of", "all of"]), pattern: text, names: texts }),
  ])
) as v.GenericSchema<Condition>;

const detection: v.GenericSchema<Detection> = v.lazy(() =>
  v.variant("kind", [
    v.object({
      kind: v.literal("item"),
      field: v.nullable(text),
      modifiers: texts,
      values: v.array(v.union([text, v.number(), v.boolean(), v.null()])),
      written: v.optional(v.array(v.nullable(text))),
    }),
    v.object({
      kind: v.literal("block"),
      field: text,
      quantifier: v.union([v.picklist(["any", "all", "all_or_empty", "none"]), v.number()]),
      body: detection,
      literal: v.optional(detection),
    }),
    v.object({ kind: v.literal("group"), detections: named, condition }),
    v.object({ kind: v.picklist(["all", "any"]), of: v.array(detection) }),
  ])
) as v.GenericSchema<Detection>;

const named = v.array(v.object({ name: text, detection }));

const metadata = {
  title: text,
  id: maybe,
  name: maybe,
  status: maybe,
  description: maybe,
  author: maybe,
  references: texts,
  tags: texts,
  custom: byName(any),
  file: maybe,
};

const body = {
  logsource: v.object({
    category: maybe,
    product: maybe,
    service: maybe,
    custom: v.optional(byName(text)),
  }),
  detections: named,
  conditions: v.pipe(v.array(v.object({ text, expression: condition })), v.minLength(1)),
};

const alerting = { level: maybe, falsepositives: texts };

const thresholds = v.optional(v.number());

/** What the engine reads of a bundle; anything else in it is left alone. */
const BundleSchema = v.object({
  format: v.literal(BUNDLE_FORMAT),
  revision: text,
  rules: v.pipe(
    documents(v.object({ kind: v.literal("rule"), ...metadata, ...body, ...alerting })),
    v.minLength(1, "Expected at least one rule"),
  ),
  correlations: v.optional(documents(v.object({
    kind: v.literal("correlation"),
    ...metadata,
    ...alerting,
    type: v.picklist([
      "event_count",
      "value_count",
      "temporal",
      "temporal_ordered",
      "value_sum",
      "value_avg",
      "value_percentile",
      "value_median",
    ]),
    rules: texts,
    groupBy: texts,
    aliases: byName(byName(text)),
    timespan: v.object({ text, seconds: v.pipe(v.number(), v.minValue(1)) }),
    condition: v.variant("kind", [
      v.object({
        kind: v.literal("thresholds"),
        thresholds: v.object({
          gt: thresholds,
          gte: thresholds,
          lt: thresholds,
          lte: thresholds,
          eq: thresholds,
          neq: thresholds,
        }),
        fields: texts,
        percentile: thresholds,
      }),
      v.object({ kind: v.literal("expression"), text, expression: condition }),
    ]),
    generate: v.boolean(),
  }))),
  filters: documents(v.object({
    kind: v.literal("filter"),
    ...metadata,
    ...body,
    rules: v.union([texts, v.literal("any")]),
  })),
  placeholders: v.optional(byName(v.array(v.union([text, v.number()])))),
  sources: v.optional(byName(text)),
  regexes: v.optional(documents(v.object({
    source: text,
    flags: text,
    place: v.picklist(["whole", "contains", "startswith", "endswith"]),
    endsLines: v.boolean(),
    anywhere: v.array(texts),
    atStart: texts,
    start: v.number(),
    code: v.array(v.number()),
    sets: v.array(v.array(v.number())),
  }))),
});

/**
 * Reads a bundle of rules from outside. It has been parsed, linted and tested where it was built;
 * here its shape is checked, so that whatever passes can be compiled without a surprise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readBundle } from "./read_bundle.ts";
 * import { sealBundle } from "./rule_bundle.ts";
 *
 * const { problems } = readBundle(sealBundle({ rules: [], filters: [] }));
 * assertEquals(problems, ["rules: Expected at least one rule"]);
 * ```
 *
 * @param value JSON data.
 * @returns The bundle, or what is wrong with it: at most 20 problems, the first of each
 *   document, each with its place.
 */
export function readBundle(
  value: unknown,
): { bundle: SealedBundle; problems?: never } | { bundle?: never; problems: string[] } {
  if (isDeeper(value, MAX_LEVELS)) return { problems: ["The bundle is nested too deeply"] };
  const { format } = (value ?? {}) as Partial<SealedBundle>;
  if (typeof format === "number" && format !== BUNDLE_FORMAT) {
    return {
      problems: [
        `format: The bundle has the format ${format}, and this version reads ${BUNDLE_FORMAT}; ` +
        "build it with the same version",
      ],
    };
  }
  const { success, issues = [] } = v.safeParse(BundleSchema, value, { abortEarly: true });
  if (!success) {
    return {
      problems: issues.map((issue) => `${v.getDotPath(issue) ?? "bundle"}: ${issue.message}`),
    };
  }
  const bundle = value as SealedBundle;
  const revision = revisionOf(bundle);
  if (bundle.revision === revision) return { bundle };
  const message = `revision: The content has the revision ${revision}, not the stated one: ` +
    "it was changed after it was built";
  return { problems: [message] };
}

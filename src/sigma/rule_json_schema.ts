/**
 * The rule schema as JSON Schema. Not exported by the package: only the generator and its test
 * need the converter.
 *
 * @module
 */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { Items, RuleSchema } from "./rule_schema.ts";
import type { Words } from "./vocabulary.ts";

/**
 * Returns the JSON Schema of a rule file, in draft 7, which YAML editors support best.
 *
 * @param fields Fields that an editor offers in a detection, with their meanings; default none.
 * @returns The schema as plain data, with the same content on every call.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ruleJsonSchema } from "./rule_json_schema.ts";
 *
 * assertEquals(ruleJsonSchema().title, "Sigma rule, correlation or filter");
 * ```
 */
export function ruleJsonSchema(fields: Words = {}): JsonSchema {
  return {
    ...toJsonSchema(RuleSchema, {
      // A check is code; the metadata beside it says the same to an editor.
      ignoreActions: ["check"],
      overrideAction({ valibotAction, jsonSchema }) {
        if (valibotAction.type !== "metadata") return undefined;
        const { metadata } = valibotAction as unknown as { metadata: Record<string, unknown> };
        return { ...jsonSchema, ...metadata };
      },
      overrideSchema({ valibotSchema, jsonSchema }) {
        if (valibotSchema !== Items) return undefined;
        const value = jsonSchema.additionalProperties as JsonSchema;
        const properties = Object.fromEntries(
          Object.entries(fields).map(([name, description]) => [name, { ...value, description }]),
        );
        return { ...jsonSchema, properties };
      },
    }),
    title: "Sigma rule, correlation or filter",
  };
}

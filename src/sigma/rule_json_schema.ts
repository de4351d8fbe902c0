/**
 * The rule schema as JSON Schema. Not exported by the package: only the generator and its test
 * need the converter.
 *
 * @module
 */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { RuleSchema } from "./rule_schema.ts";

/**
 * Returns the JSON Schema of a rule file, in draft 7, which YAML editors support best.
 *
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
export function ruleJsonSchema(): JsonSchema {
  return {
    ...toJsonSchema(RuleSchema, {
      // A check is code; the metadata beside it says the same to an editor.
      ignoreActions: ["check"],
      overrideAction({ valibotAction, jsonSchema }) {
        if (valibotAction.type !== "metadata") return undefined;
        const { metadata } = valibotAction as unknown as { metadata: Record<string, unknown> };
        return { ...jsonSchema, ...metadata };
      },
    }),
    title: "Sigma rule, correlation or filter",
  };
}

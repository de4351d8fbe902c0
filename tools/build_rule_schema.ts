/**
 * Writes `docs/rule.schema.json`, which editors read through the first line of each rule file.
 *
 * @module
 */
import { EVENT_FIELD_MEANINGS } from "../src/alert/event_fields.ts";
import { ruleJsonSchema } from "../src/sigma/rule_json_schema.ts";

await Deno.writeTextFile(
  new URL("../docs/rule.schema.json", import.meta.url),
  JSON.stringify(ruleJsonSchema(EVENT_FIELD_MEANINGS), null, 2) + "\n",
);

/**
 * Writes `docs/rule.schema.json`, which editors read through the first line of each rule file.
 *
 * @module
 */
import { ruleJsonSchema } from "../src/sigma/rule_json_schema.ts";

await Deno.writeTextFile(
  new URL("../docs/rule.schema.json", import.meta.url),
  JSON.stringify(ruleJsonSchema(), null, 2) + "\n",
);

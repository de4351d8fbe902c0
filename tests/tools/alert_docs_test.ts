import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { AlertSchema, FoldedAlertsSchema } from "../../src/alert/alert_schema.ts";
import { COMPUTED_PLACEHOLDERS } from "../../src/sigma/panoptes_field.ts";
import { withMembers } from "../../tools/build_alert_docs.ts";

const docs = Deno.readTextFileSync(new URL("../../docs/alerts.md", import.meta.url));
Deno.test("docs/alerts.md has the members that `deno task alerts:docs` writes", () => {
  assertEquals(docs, withMembers(docs));
});

Deno.test("docs/alerts.md shows an alert that the schema accepts", () => {
  const [, text = ""] = /```json\n([^`]*)```/.exec(docs) ?? [];
  const alert = JSON.parse(text);
  assertEquals(v.parse(AlertSchema, alert), alert);
});

Deno.test("docs/alerts.md names every placeholder of a summary, or where it is listed", () => {
  assert(docs.includes("(fields.md)"));
  for (const name of COMPUTED_PLACEHOLDERS) assert(docs.includes(`\`${name}\``), name);
});

Deno.test("docs/alerts.md shows a count of repeats that the schema accepts", () => {
  const [, text = ""] = /```json\n({\n {2}"type": "alert.folded"[^`]*)```/.exec(docs) ?? [];
  const { data } = JSON.parse(text);
  assertEquals(v.parse(FoldedAlertsSchema, data), data);
});

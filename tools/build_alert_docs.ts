/**
 * Writes the tables of `docs/alerts.md`: every member of an alert, from the schema.
 *
 * @module
 */
import * as v from "valibot";
import {
  AlertEventSchema,
  AlertFieldSchema,
  AlertGroupSchema,
  AlertPartSchema,
  AlertRuleSchema,
  AlertSchema,
  AlertSilenceSchema,
  FoldedAlertsSchema,
} from "../src/alert/alert_schema.ts";

type Members = { readonly entries: v.ObjectEntries };

/** The heading of each table and the schema that it lists. */
const TABLES: readonly (readonly [heading: string, schema: Members])[] = [
  ["The alert", AlertSchema],
  ["`rule`", AlertRuleSchema],
  ["`events`", AlertEventSchema],
  ["`matched`", AlertFieldSchema],
  ["`group`", AlertGroupSchema],
  ["`parts`", AlertPartSchema],
  ["`silencedBy`", AlertSilenceSchema],
  ["The `data` of `alert.folded`", FoldedAlertsSchema],
];

/**
 * The text of `docs/alerts.md` with tables that are up to date.
 *
 * @param text The text as it is; everything before the heading "Members" is kept.
 * @returns The text with the members that an alert has now.
 */
export function withMembers(text: string): string {
  const [before = ""] = text.split(/^## Members$/m);
  const tables = TABLES.map(([heading, { entries }]) => {
    const rows = Object.entries(entries).map(([name, schema]) =>
      `| \`${name}\` | ${typeOf(schema)} | ${meaningOf(schema)} |\n`
    );
    return `### ${heading}\n\n| member | type | meaning |\n|---|---|---|\n${rows.join("")}`;
  });
  return `${before}## Members\n\n${tables.join("\n")}`;
}

type Schema = v.GenericSchema & {
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly literal?: unknown;
};

function typeOf(schema: Schema): string {
  const { type, wrapped, item } = schema;
  if (type === "optional") return `${typeOf(wrapped!)}, optional`;
  if (type === "nullable") return `${typeOf(wrapped!)} or null`;
  if (type === "array") return item?.type === "string" ? "list of strings" : "list of objects";
  if (type === "literal") return `\`${String(schema.literal)}\``;
  if (type === "strict_object" || type === "custom") return "object";
  if (type === "picklist") return "string";
  if (type === "unknown") return "any";
  const isTime = JSON.stringify(schema).includes('"iso_timestamp"');
  return isTime ? "time" : type;
}

function meaningOf(schema: Schema): string {
  const text = v.getDescription(schema) ?? (schema.wrapped && v.getDescription(schema.wrapped));
  if (text === undefined) throw new Error("A member of an alert has no description");
  return text.replaceAll("|", "\\|");
}

if (import.meta.main) {
  const file = new URL("../docs/alerts.md", import.meta.url);
  await Deno.writeTextFile(file, withMembers(await Deno.readTextFile(file)));
}

/**
 * Writes the table of `docs/fields.md`: every field of a ThousandEyes event that a rule can use.
 *
 * @module
 */
import { EVENT_FIELDS } from "../src/alert/event_fields.ts";

const HEADING = "## The fields of an event\n";

/**
 * The text of `docs/fields.md` with a table that is up to date.
 *
 * @param text The text as it is; everything but the section with the table is kept.
 * @returns The text with the fields that an event has now.
 */
export function withFields(text: string): string {
  const start = text.indexOf(HEADING) + HEADING.length;
  const rest = text.slice(text.indexOf("\n## ", start));
  const rows = Object.entries(EVENT_FIELDS).map(([name, facts]) => {
    const { meaning, example, isDerived } = { example: undefined, isDerived: false, ...facts };
    const shown = example === undefined ? "" : `\`${example}\``;
    return `| \`${name}\` | ${meaning.replaceAll("'", "`")} | ${shown} | ${
      isDerived ? "derived" : "as sent"
    } |\n`;
  });
  return `${text.slice(0, start)}\n| field | meaning | example | origin |\n|---|---|---|---|\n${
    rows.join("")
  }${rest}`;
}

if (import.meta.main) {
  const file = new URL("../docs/fields.md", import.meta.url);
  await Deno.writeTextFile(file, withFields(await Deno.readTextFile(file)));
}

/**
 * Checks of the custom field `panoptes`, which adds to a rule what an alert needs.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { HISTORY_MEMBERS, readHistory } from "../correlation/history.ts";
import type { JsonValue } from "../sigma_rule.ts";
import { COMPUTED_PLACEHOLDERS, MAX_PANOPTES_LINE, PANOPTES_MEMBERS } from "../panoptes_field.ts";
import { entriesOf, type Entry, placeOf, plainOf } from "../parse/yaml_tree.ts";
import { readSuppress } from "../suppress.ts";
import type { Check, CheckContext, Finding } from "./check.ts";
import { meantSource } from "./known_source.ts";
import type { LintDocument } from "./lint_document.ts";

const LINES = Object.keys(PANOPTES_MEMBERS);
const MEMBERS = [...LINES, "suppress", ...Object.keys(HISTORY_MEMBERS)];
const COMPUTED: readonly string[] = COMPUTED_PLACEHOLDERS;

function membersOf(document: LintDocument): readonly Entry[] {
  return entriesOf(document.top.get("panoptes")?.value) ?? [];
}

function historyFields(panoptes: JsonValue): readonly string[] {
  const { history } = readHistory(panoptes);
  if (history === undefined) return [];
  return history.kind === "new_value" ? [...history.groupBy, history.field] : history.groupBy;
}

/**
 * What a summary may name: what its events may have, and what the rule itself names. Undefined if
 * nothing is known of its events.
 */
function placeholdersOf(document: LintDocument, context: CheckContext): string[] | undefined {
  const { kind, items, top } = document;
  const meant = meantSource(document, context);
  // The rules of a correlation may be in any file.
  const sources = kind === "correlation" ? context.sources : meant && [meant.source];
  if (sources === undefined) return undefined;
  const correlation = plainOf(top.get("correlation")?.value);
  const groupBy = typeof correlation === "object" && correlation !== null &&
      !Array.isArray(correlation)
    ? correlation["group-by"]
    : undefined;
  return [
    ...sources.flatMap(({ fields }) => Object.keys(fields)),
    ...COMPUTED_PLACEHOLDERS,
    ...historyFields(plainOf(top.get("panoptes")?.value)),
    ...items.flatMap(({ field, within }) => within.length > 0 ? [] : field ?? []),
    ...[plainOf(top.get("fields")?.value), groupBy].flat().filter((name) =>
      typeof name === "string"
    ),
  ];
}

/** Checks of the field `panoptes`. */
export const panoptesChecks: readonly Check[] = [
  {
    code: "panoptes-form",
    severity: "warning",
    summary: "The field 'panoptes' is not a map, or a line in it is not a short string.",
    *run(document): Iterable<Finding> {
      const entry = document.top.get("panoptes");
      if (entry === undefined) return;
      const at = placeOf(entry.value ?? entry.keyNode);
      if (entriesOf(entry.value) === undefined) {
        const suggestion = `Write a map with ${LINES.join(" and ")}`;
        yield { at, message: "'panoptes' is not a map", suggestion };
      }
      for (const { key, keyNode, value } of membersOf(document)) {
        if (!LINES.includes(key)) continue;
        const line = plainOf(value);
        const wrong = typeof line !== "string"
          ? "is not a string"
          : line.trim() === ""
          ? "is empty"
          : line.trim().includes("\n")
          ? "has more than one line"
          : line.length > MAX_PANOPTES_LINE
          ? `is longer than ${MAX_PANOPTES_LINE} characters`
          : undefined;
        if (wrong === undefined) continue;
        yield {
          at: placeOf(value ?? keyNode),
          message: `The ${key} ${wrong}`,
          suggestion: "Write one line of text",
        };
      }
    },
  },
  {
    code: "panoptes-key",
    severity: "warning",
    summary: "The field 'panoptes' has an unknown member.",
    *run(document): Iterable<Finding> {
      for (const { key, keyNode } of membersOf(document)) {
        if (MEMBERS.includes(key)) continue;
        const near = closest(key, MEMBERS);
        yield {
          at: placeOf(keyNode),
          message: `Unknown member '${key}' of panoptes` +
            (near ? `; did you mean '${near}'?` : ""),
          suggestion: near ? `Write '${near}'` : "Remove it",
        };
      }
    },
  },
  {
    code: "panoptes-placeholder",
    severity: "warning",
    summary: "A summary names a field that an event cannot have, or a brace in it has no partner.",
    *run(document, context): Iterable<Finding> {
      const entry = membersOf(document).find(({ key }) => key === "summary");
      const summary = plainOf(entry?.value);
      if (entry === undefined || typeof summary !== "string") return;
      const at = placeOf(entry.value ?? entry.keyNode);
      const known = placeholdersOf(document, context);
      for (const [, name = ""] of summary.matchAll(/\{([^{}]*)\}/g)) {
        if (known === undefined || known.includes(name.trim())) continue;
        const near = closest(name.trim(), known);
        yield {
          at,
          message: `Unknown placeholder '{${name}}'` + (near ? `; did you mean '{${near}}'?` : ""),
          suggestion: near ? `Write '{${near}}'` : "Name a field of the rule or of the event",
        };
      }
      if (/[{}]/.test(summary.replace(/\{[^{}]*\}/g, ""))) {
        yield {
          at,
          message: "A brace in the summary has no partner",
          suggestion: "Write each field as {field}",
        };
      }
    },
  },
  {
    code: "panoptes-suppress",
    severity: "error",
    summary: "The member 'suppress' is invalid, or groups by a field that no event has.",
    *run(document, context): Iterable<Finding> {
      const entry = membersOf(document).find(({ key }) => key === "suppress");
      if (entry === undefined) return;
      const at = placeOf(entry.value ?? entry.keyNode);
      const read = readSuppress(plainOf(entry.value));
      if ("wrong" in read) {
        const suggestion = "Write { by: [user], for: 1h }, or false";
        yield { at, message: `Cannot read 'suppress': ${read.wrong}`, suggestion };
        return;
      }
      const known = placeholdersOf(document, context)?.filter((name) => !COMPUTED.includes(name));
      for (const name of read.suppress === false ? [] : read.suppress.by ?? []) {
        if (known === undefined || known.includes(name)) continue;
        const near = closest(name, known);
        yield {
          at,
          message: `Unknown field '${name}' in 'by'` + (near ? `; did you mean '${near}'?` : ""),
          suggestion: near ? `Write '${near}'` : "Name a field of the rule or of the event",
        };
      }
    },
  },
];

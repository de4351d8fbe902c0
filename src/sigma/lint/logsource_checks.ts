/**
 * Checks of the log source.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { HISTORY_MEMBERS } from "../correlation/history.ts";
import { entriesOf, itemsOf, type Offsets, placeOf } from "../parse/yaml_tree.ts";
import { LOG_SOURCE_KEYS } from "../vocabulary.ts";
import type { Check, Finding } from "./check.ts";
import type { Item } from "./item.ts";
import { closestField, type KnownSource, logSourceText, meantSource } from "./known_source.ts";
import type { LintDocument } from "./lint_document.ts";

const KEYS = Object.keys(LOG_SOURCE_KEYS);

/** Windows events that have their own category in the default taxonomy. */
const SYSMON = new Map([
  [1, "process_creation"],
  [2, "file_change"],
  [3, "network_connection"],
  [5, "process_termination"],
  [6, "driver_load"],
  [7, "image_load"],
  [8, "create_remote_thread"],
  [9, "raw_access_thread"],
  [10, "process_access"],
  [11, "file_event"],
  [15, "create_stream_hash"],
  [17, "pipe_created"],
  [18, "pipe_created"],
  [22, "dns_query"],
  [23, "file_delete"],
  [25, "process_tampering"],
]);

function parts(
  document: LintDocument,
): { name: string; value: unknown; at: Offsets; key: Offsets }[] {
  const entries = entriesOf(document.top.get("logsource")?.value) ?? [];
  return entries.map(({ key, keyNode, value }) => ({
    name: key,
    value: value?.kind === "scalar" ? value.value : undefined,
    key: placeOf(keyNode),
    at: placeOf(value ?? keyNode),
  }));
}

/** The fields that an item names, each with its place. */
function fieldsOf(
  { field, within, key, modifiers, values }: Item,
  text: string,
): [string, Offsets][] {
  if (field === undefined) return [];
  // Without its modifiers, unless the key is in quotes.
  const end = key[0] + field.length;
  const at: Offsets = text.slice(key[0], end) === field ? [key[0], end] : key;
  const blocks = within.map((name) => name.replace(/\[[^\]]*\]$/, ""));
  const path = [...blocks, ...(field === "." ? [] : [field])].join(".");
  const named: [string, Offsets][] = [[path.replaceAll(/\[[^\]]*\]/g, ""), at]];
  if (!modifiers.includes("fieldref")) return named;
  const others = values.flatMap(({ value, at }): [string, Offsets][] =>
    typeof value === "string" ? [[[...blocks, value].join("."), at]] : []
  );
  return [...named, ...others];
}

/** The fields that a rule looks back at, each with its place. */
function fieldsOfHistory({ top }: LintDocument): [string, Offsets][] {
  const members = entriesOf(top.get("panoptes")?.value) ?? [];
  return members.filter(({ key }) => Object.hasOwn(HISTORY_MEMBERS, key)).flatMap(({ value }) =>
    (entriesOf(value) ?? []).filter(({ key }) => key === "field" || key === "group-by")
      .flatMap(({ value }) => itemsOf(value) ?? [value])
      .flatMap((node): [string, Offsets][] =>
        node?.kind === "scalar" ? [[node.text, placeOf(node)]] : []
      )
  );
}

/**
 * What is wrong with a field that no event of a log source has.
 *
 * @param field The field, with dots.
 * @param at Where it is written.
 * @param source The log source.
 * @returns Nothing if its events have the field.
 */
export function* unknownField(
  field: string,
  at: Offsets,
  source: KnownSource,
): Generator<Finding> {
  if (Object.hasOwn(source.fields, field)) return;
  const near = closestField(field, source);
  yield {
    at,
    group: field,
    message: `No event of ${source.logsource.product} has a field '${field}'` +
      (near ? `; did you mean '${near}'?` : ""),
    suggestion: near ? `Write '${near}'` : `Use one of ${Object.keys(source.fields).join(", ")}`,
  };
}

/** Checks of the log source. */
export const logsourceChecks: readonly Check[] = [
  {
    code: "logsource-form",
    severity: "warning",
    summary: "A log source has upper-case letters or spaces; the usual names have neither.",
    *run(document) {
      for (const { name, value, at } of parts(document)) {
        if (!KEYS.includes(name) || name === "definition" || typeof value !== "string") continue;
        if (/^[a-z0-9_.-]+$/.test(value) || value === "") continue;
        yield {
          at,
          message: `The ${name} '${value}' has characters other than a-z, 0-9, '_', '.' and '-'`,
          suggestion: `Write '${value.trim().toLowerCase().replaceAll(/\s+/g, "_")}'`,
        };
      }
    },
  },
  {
    code: "logsource-key",
    severity: "warning",
    summary: "A key under logsource is not category, product, service or definition.",
    *run(document) {
      for (const { name, key } of parts(document)) {
        if (KEYS.includes(name)) continue;
        const near = closest(name, KEYS);
        yield {
          at: key,
          message: `Custom logsource key '${name}', by which events must then be routed too` +
            (near ? `; did you mean '${near}'?` : ""),
          suggestion: near ? `Write '${near}'` : "Use category, product or service",
        };
      }
    },
  },
  {
    code: "logsource-generic",
    severity: "info",
    summary: "The rule names a Windows event for which a general category exists.",
    *run(document) {
      const source = Object.fromEntries(parts(document).map(({ name, value }) => [name, value]));
      if (source.product !== "windows" || source.category !== undefined) return;
      for (const item of document.items.filter(({ field }) => field === "EventID")) {
        for (const { value, at } of item.values) {
          const category = source.service === "sysmon"
            ? SYSMON.get(Number(value))
            : source.service === "security" && Number(value) === 4688
            ? "process_creation"
            : undefined;
          if (category === undefined || item.modifiers.length > 0) continue;
          yield {
            at,
            group: item,
            message: `Event ${value} of ${source.service} is also logged by other sources`,
            suggestion: `Write 'category: ${category}' instead of the service`,
          };
        }
      }
    },
  },
  {
    code: "logsource-unmet",
    severity: "warning",
    summary: "No event will ever have this log source.",
    *run(document, context) {
      const meant = meantSource(document, context);
      if (meant === undefined) return;
      for (const { entry: { key, keyNode, value }, says, wanted } of meant.unmet) {
        const near = wanted !== undefined && closest(says, [wanted]) !== undefined;
        yield {
          at: placeOf(value ?? keyNode),
          message: `No event has the ${key} '${says}'` +
            (near ? `; did you mean '${wanted}'?` : ""),
          suggestion: near
            ? `Write '${key}: ${wanted}'`
            : `Write '${logSourceText(meant.source)}', or remove the rule`,
        };
      }
    },
  },
  {
    code: "logsource-field",
    severity: "warning",
    summary: "A field that no event of this log source has.",
    *run(document, context) {
      const { source } = meantSource(document, context) ?? {};
      if (source === undefined) return;
      const fields = [
        ...document.items.flatMap((item) => fieldsOf(item, document.text)),
        ...fieldsOfHistory(document),
      ];
      for (const [field, at] of fields) {
        yield* unknownField(field, at, source);
      }
    },
  },
];

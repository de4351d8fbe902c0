/**
 * Checks of the log source.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { entriesOf, type Offsets, placeOf } from "../parse/yaml_tree.ts";
import { LOG_SOURCE_KEYS } from "../vocabulary.ts";
import type { Check } from "./check.ts";
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
];

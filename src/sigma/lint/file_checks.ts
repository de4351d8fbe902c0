/**
 * Checks of several files against one another.
 *
 * @module
 */
import type { Source } from "../parse/source.ts";
import { entriesOf, type Entry, type Offsets, placeOf, plainOf } from "../parse/yaml_tree.ts";
import type { Severity } from "../problem.ts";
import type { CheckContext, Finding } from "./check.ts";
import { correlatedFields } from "./correlation_checks.ts";
import { filterTargets } from "./filter_checks.ts";
import { meantSource } from "./known_source.ts";
import { type LintDocument, mapsOf, textOf } from "./lint_document.ts";
import { unknownField } from "./logsource_checks.ts";

/** A document and the file it is in. */
export interface Placed {
  readonly document: LintDocument;
  readonly source: Source;
}

/** A finding with the file it is about. */
export interface PlacedFinding extends Finding {
  readonly source: Source;
}

/** A check that needs every document. */
export interface FileCheck {
  readonly code: string;
  readonly severity: Severity;
  readonly summary: string;
  run(documents: readonly Placed[], context: CheckContext): Iterable<PlacedFinding>;
}

function lineOf({ source, document }: Placed, at: Offsets): string {
  const { line } = source.span(at);
  return `${document.file ?? "this file"}:${line}`;
}

/** A check that no two documents have the same `keyOf`; the later one is reported. */
function unique(
  code: string,
  severity: Severity,
  what: string,
  summary: string,
  keyOf: (document: LintDocument) => { key: string; shown: string; at: Offsets } | undefined,
  suggestion: string,
): FileCheck {
  return {
    code,
    severity,
    summary,
    *run(documents) {
      const first = new Map<string, { placed: Placed; at: Offsets }>();
      for (const placed of documents) {
        const found = keyOf(placed.document);
        if (!found) continue;
        const other = first.get(found.key);
        if (other === undefined) first.set(found.key, { placed, at: found.at });
        else if (!(code === "file-name-repeated" && other.placed.source === placed.source)) {
          yield {
            source: placed.source,
            at: found.at,
            message: `The ${what} ${found.shown} is also used at ${lineOf(other.placed, other.at)}`,
            suggestion,
          };
        }
      }
    },
  };
}

function ofEntry(entry: Entry | undefined) {
  const { data, at } = textOf(entry) ?? {};
  const text = data?.trim();
  return text && at ? { key: text.toLowerCase(), shown: `'${text}'`, at } : undefined;
}

/** The log source without what only describes it. */
function logSourceOf(top: LintDocument["top"]): string {
  const entries = entriesOf(top.get("logsource")?.value) ?? [];
  return JSON.stringify(
    entries.flatMap(({ key, value }) =>
      key === "definition" ? [] : [[key, String(plainOf(value)).toLowerCase()]]
    ).sort(),
  );
}

/** Ids and names of all documents, in lower case. */
export function knownNames(documents: readonly Placed[]): Set<string> {
  return new Set(
    documents.flatMap(({ document: { top } }) =>
      ["id", "name"].flatMap((key) => textOf(top.get(key))?.data.toLowerCase() ?? [])
    ),
  );
}

/** Checks of several files against one another. */
export const FILE_CHECKS: readonly FileCheck[] = [
  unique(
    "id-repeated",
    "error",
    "id",
    "Two documents have the same id.",
    ({ top }) => ofEntry(top.get("id")),
    "Give each its own UUID",
  ),
  unique(
    "name-repeated",
    "error",
    "name",
    "Two documents have the same name.",
    ({ top }) => ofEntry(top.get("name")),
    "Rename one",
  ),
  unique(
    "title-repeated",
    "warning",
    "title",
    "Two documents of one log source have the same title.",
    ({ top }) => {
      const title = ofEntry(top.get("title"));
      // Twins for other log sources do the same job, and are told apart by it.
      return title && { ...title, key: `${title.key} ${logSourceOf(top)}` };
    },
    "Say in each title how the rules differ",
  ),
  unique(
    "detection-repeated",
    "warning",
    "log source and detection",
    "Two documents have the same log source and detection.",
    ({ top, kind }) => {
      const detection = top.get("detection");
      if (kind !== "rule" || !detection) return undefined;
      const key = JSON.stringify([top.get("logsource")?.value, detection.value].map(plainOf));
      return { key, shown: "of this rule", at: placeOf(detection.keyNode) };
    },
    "Remove one, or make them differ",
  ),
  unique(
    "file-name-repeated",
    "info",
    "file name",
    "Two documents have the same file name.",
    ({ file, head }) => {
      const name = file?.split(/[\\/]/).at(-1);
      return name ? { key: name, shown: `'${name}'`, at: head } : undefined;
    },
    "Rename one, so that the name identifies the rule",
  ),
  {
    code: "related-unknown",
    severity: "info",
    summary: "A related rule is not among the files.",
    *run(documents) {
      const ids = knownNames(documents);
      for (const { document, source } of documents) {
        for (const { data, at } of mapsOf(document.top.get("related"))) {
          // Renamed and obsolete rules no longer exist.
          if (typeof data.id !== "string" || data.type === "renamed" || data.type === "obsolete") {
            continue;
          }
          if (ids.has(data.id.toLowerCase())) continue;
          yield {
            source,
            at,
            message: `None of the files has a rule with the related id ${data.id}`,
            suggestion: "Correct the id, or ignore this if the rule is kept elsewhere",
          };
        }
      }
    },
  },
  {
    code: "filter-target-unknown",
    severity: "warning",
    summary: "A filter names a rule that is not among the files.",
    *run(documents) {
      const ids = knownNames(documents);
      for (const { document, source } of documents) {
        if (document.kind !== "filter") continue;
        for (const { name, at } of filterTargets(document)) {
          if (name === "any" || ids.has(name.toLowerCase())) continue;
          yield {
            source,
            at,
            message: `None of the files has a rule with the id or name '${name}'`,
            suggestion: "Correct it, or remove it from the filter",
          };
        }
      }
    },
  },
  {
    code: "correlation-field",
    severity: "warning",
    summary: "A correlation uses a field that no event of its rules has.",
    *run(documents, context) {
      const sources = new Map(documents.flatMap(({ document }) => {
        const { source } = meantSource(document, context) ?? {};
        const names = ["id", "name"].flatMap((key) => textOf(document.top.get(key))?.data ?? []);
        return names.map((name) => [name.toLowerCase(), source] as const);
      }));
      for (const { document, source } of documents) {
        for (const { rule, field, at } of correlatedFields(document)) {
          const known = sources.get(rule.toLowerCase());
          for (const each of known ? unknownField(field, at, known) : []) yield { ...each, source };
        }
      }
    },
  },
];

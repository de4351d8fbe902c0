/**
 * Log sources whose events are known, so that lint can say which rules no event can ever satisfy.
 * The caller passes them in: the rule language itself knows no log source.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { entriesOf, type Entry } from "../parse/yaml_tree.ts";
import type { LintDocument } from "./lint_document.ts";

/** A log source whose events are known. */
export interface KnownSource {
  /** What the `logsource` of a rule may say: each key with its only value, in lower case. */
  readonly logsource: Readonly<Record<string, string>>;
  /** Every field that its events can have, with its meaning; nested ones with dots. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What lint is told of the events. */
export interface KnownSources {
  /** The log sources whose events are known; default none. */
  readonly sources?: readonly KnownSource[];
  /** Whether no other events will ever be seen; default false. */
  readonly onlySources?: boolean;
}

/** An entry of a log source that keeps the rule from every event. */
export interface UnmetEntry {
  /** The entry, such as `product: thousandeye`. */
  readonly entry: Entry;
  /** What it says, in lower case. */
  readonly says: string;
  /** What it would have to say; undefined if the events have nothing under its key. */
  readonly wanted: string | undefined;
}

/** The known log source that a document is for. */
export interface MeantSource {
  readonly source: KnownSource;
  /** Why no event of it is routed to the document; empty if nothing stands in the way. */
  readonly unmet: readonly UnmetEntry[];
}

/**
 * The known log source that a document is for, or most likely means.
 *
 * @param document A rule or filter; a correlation has no log source of its own.
 * @param known The log sources that are known, and whether there are others.
 * @returns Undefined if the document is for another log source.
 */
export function meantSource(
  { kind, top }: LintDocument,
  { sources = [], onlySources = false }: KnownSources,
): MeantSource | undefined {
  const entries = entriesOf(top.get("logsource")?.value) ?? [];
  if (kind === "correlation" || entries.length === 0) return undefined;
  const stated = entries.flatMap((entry) =>
    entry.key !== "definition" && entry.value?.kind === "scalar"
      ? [{ entry, says: String(entry.value.value).toLowerCase() }]
      : []
  );
  const meant = sources.map((source) => ({
    source,
    unmet: stated.flatMap(({ entry, says }) => {
      const wanted = source.logsource[entry.key];
      return says === wanted ? [] : [{ entry, says, wanted }];
    }),
  }));
  const met = meant.find(({ unmet }) => unmet.length === 0);
  if (met !== undefined) return met;
  const near = meant.find(({ source: { logsource: { product = "" } } }) =>
    stated.some(({ says }) => closest(says, [product]) !== undefined)
  );
  return near ?? (onlySources ? meant[0] : undefined);
}

/**
 * The known field that a misspelled or shortened one most likely stands for.
 *
 * @param field The unknown field.
 * @param source The log source.
 */
export function closestField(field: string, { fields }: KnownSource): string | undefined {
  const names = Object.keys(fields);
  const parent = (name: string) => name.slice(0, name.lastIndexOf(".") + 1);
  const siblings = names.filter((name) => parent(name) === parent(field));
  if (siblings.length > 0) {
    // What all of them begin with makes none of them alike.
    const last = (name: string) => name.slice(parent(name).length);
    const near = closest(last(field), siblings.map(last));
    if (near !== undefined) return parent(field) + near;
  } else {
    const near = closest(field, names);
    if (near !== undefined) return near;
  }
  const joined = (name: string) => name.replaceAll(".", "").toLowerCase();
  const end = `.${field.toLowerCase()}`;
  return names.find((name) => joined(name) === joined(field) || name.toLowerCase().endsWith(end));
}

/** A log source as a rule writes it on one line. */
export function logSourceText({ logsource }: KnownSource): string {
  return Object.entries(logsource).map(([key, value]) => `${key}: ${value}`).join(", ");
}

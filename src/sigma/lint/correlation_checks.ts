/**
 * Checks of correlations.
 *
 * @module
 */
import { satisfies } from "../correlation/thresholds.ts";
import { entriesOf, type Entry, itemsOf, type Offsets, placeOf } from "../parse/yaml_tree.ts";
import type { Check } from "./check.ts";
import type { LintDocument } from "./lint_document.ts";

/** From this many seconds on, a correlation keeps matches for long. */
const LONG_SECONDS = 7 * 86_400;

/** An entry of the section `correlation`. */
function entryOf({ top }: LintDocument, key: string): Entry | undefined {
  return entriesOf(top.get("correlation")?.value)?.find((entry) => entry.key === key);
}

/** The string under a key of a map, or the strings of its list, each with its place. */
function textsOf(entry: Entry | undefined): { text: string; at: Offsets }[] {
  return (itemsOf(entry?.value) ?? [entry?.value ?? null]).flatMap((node) =>
    node?.kind === "scalar" && typeof node.value === "string"
      ? [{ text: node.value, at: placeOf(node) }]
      : []
  );
}

/**
 * The fields that a correlation reads from the events of its rules, once for each rule.
 *
 * @param document A document; one that is no correlation reads none.
 */
export function* correlatedFields(
  document: LintDocument,
): Generator<{ rule: string; field: string; at: Offsets }> {
  const { correlation } = document;
  if (correlation === undefined) return;
  const condition = entriesOf(entryOf(document, "condition")?.value) ?? [];
  const used = [
    ...textsOf(entryOf(document, "group-by")),
    ...textsOf(condition.find(({ key }) => key === "field")),
  ];
  for (const { text: field, at } of used) {
    if (Object.hasOwn(correlation.aliases, field)) continue;
    for (const rule of correlation.rules) yield { rule, field, at };
  }
  for (const { value } of entriesOf(entryOf(document, "aliases")?.value) ?? []) {
    for (const entry of entriesOf(value) ?? []) {
      for (const { text, at } of textsOf(entry)) yield { rule: entry.key, field: text, at };
    }
  }
}

/** Checks of correlations. */
export const correlationChecks: readonly Check[] = [
  {
    code: "correlation-always",
    severity: "warning",
    summary: "A single match satisfies the condition.",
    *run(document) {
      const { correlation } = document;
      const entry = entryOf(document, "condition");
      if (!entry || correlation?.condition.kind !== "thresholds") return;
      const { type, condition: { thresholds }, rules } = correlation;
      const isCount = type === "event_count" || type === "value_count" ||
        (type.startsWith("temporal") && rules.length > 1);
      const { lt, lte, eq, neq } = thresholds;
      const hasMore = [lt, lte, eq, neq].some((bound) => bound !== undefined);
      if (!isCount || hasMore || !satisfies(thresholds, 1)) return;
      yield {
        at: placeOf(entry.value ?? entry.keyNode),
        message: "A single match satisfies the condition, as it does without a correlation",
        suggestion: "Write a higher bound, or use the rule itself",
      };
    },
  },
  {
    code: "correlation-no-group",
    severity: "info",
    summary: "A correlation has no group-by, so it joins matches of all users and hosts.",
    *run({ kind, top, correlation }) {
      const entry = top.get("correlation");
      if (kind !== "correlation" || !entry || !correlation) return;
      if (correlation.groupBy.length > 0) return;
      yield {
        at: placeOf(entry.keyNode),
        message: "Without group-by, matches of different users and hosts are counted together",
        suggestion: "Add the field that they must have in common, such as user",
      };
    },
  },
  {
    code: "correlation-timespan-unit",
    severity: "info",
    summary: "A timespan has a unit that the specification does not have.",
    *run(document) {
      const entry = entryOf(document, "timespan");
      const { text = "" } = document.correlation?.timespan ?? {};
      if (!entry || !/[wMy]$/.test(text)) return;
      yield {
        at: placeOf(entry.value ?? entry.keyNode),
        message: `Tools that know only s, m, h and d refuse the timespan '${text}'`,
        suggestion: text.endsWith("w") ? `Write ${Number(text.slice(0, -1)) * 7}d` : "Write days",
      };
    },
  },
  {
    code: "correlation-timespan-long",
    severity: "info",
    summary: "A timespan is longer than a week, so matches are kept for long.",
    *run(document) {
      const entry = entryOf(document, "timespan");
      const { seconds = 0, text } = document.correlation?.timespan ?? {};
      if (!entry || seconds <= LONG_SECONDS) return;
      yield {
        at: placeOf(entry.value ?? entry.keyNode),
        message: `Every match is kept for ${text}; what does not fit is dropped`,
        suggestion: "Use a shorter timespan if that is enough",
      };
    },
  },
  {
    code: "correlation-range",
    severity: "info",
    summary: "A condition has several operators, which pySigma refuses.",
    *run(document) {
      const entry = entryOf(document, "condition");
      const condition = document.correlation?.condition;
      if (!entry || condition?.kind !== "thresholds") return;
      const operators = Object.keys(condition.thresholds);
      if (operators.length < 2) return;
      yield {
        at: placeOf(entry.keyNode),
        message: `pySigma refuses a condition with both ${operators.slice(0, 2).join(" and ")}`,
        suggestion: "Keep one of them if the rule is for other tools as well",
      };
    },
  },
  {
    code: "correlation-alias-unused",
    severity: "warning",
    summary: "Neither group-by nor condition.field uses an alias.",
    *run(document) {
      const { correlation } = document;
      if (!correlation) return;
      const { groupBy, condition } = correlation;
      const used = [...groupBy, ...(condition.kind === "thresholds" ? condition.fields : [])];
      for (const { key, keyNode } of entriesOf(entryOf(document, "aliases")?.value) ?? []) {
        if (used.includes(key)) continue;
        yield {
          at: placeOf(keyNode),
          message: `Nothing uses the alias '${key}'`,
          suggestion: "Add it to group-by, or remove it",
        };
      }
    },
  },
  {
    code: "correlation-logsource",
    severity: "warning",
    summary: "A correlation has a log source, which only its rules have.",
    *run({ kind, top }) {
      const entry = top.get("logsource");
      if (kind !== "correlation" || !entry) return;
      yield {
        at: placeOf(entry.keyNode),
        message: "A correlation has no log source of its own; those of its rules count",
        suggestion: "Remove logsource",
      };
    },
  },
];

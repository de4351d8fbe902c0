/**
 * Checks of Sigma filters.
 *
 * @module
 */
import { entriesOf, itemsOf, type Offsets, placeOf } from "../parse/yaml_tree.ts";
import type { Check } from "./check.ts";
import type { LintDocument } from "./lint_document.ts";

/** The rules a filter names, with their places. */
export function filterTargets(document: LintDocument): { name: string; at: Offsets }[] {
  const filter = entriesOf(document.top.get("filter")?.value);
  const rules = filter?.find(({ key }) => key === "rules")?.value ?? null;
  return (itemsOf(rules) ?? [rules]).flatMap((node) =>
    node?.kind === "scalar" ? [{ name: node.text, at: placeOf(node) }] : []
  );
}

/** Checks of filters. */
export const filterChecks: readonly Check[] = [
  ...["level", "status"].map((key): Check => ({
    code: `filter-${key}`,
    severity: "warning",
    summary: `A filter has a ${key}, which only rules have.`,
    *run({ kind, top }) {
      const entry = top.get(key);
      if (kind !== "filter" || !entry) return;
      yield {
        at: placeOf(entry.keyNode),
        message: `A filter has no ${key} of its own; that of the rule counts`,
        suggestion: `Remove ${key}`,
      };
    },
  })),
  {
    code: "filter-keeps",
    severity: "warning",
    summary:
      "The condition of a filter has no 'not', so the rules match only what the filter describes.",
    *run({ kind, conditions }) {
      if (kind !== "filter") return;
      for (const { text, at } of conditions) {
        if (/\bnot\b/i.test(text)) continue;
        yield {
          at,
          message: `With '${text}', the rules match only what this filter describes`,
          suggestion: `To exclude it, write 'not ${/\s/.test(text) ? `(${text})` : text}'`,
        };
      }
    },
  },
  {
    code: "filter-rule-repeated",
    severity: "warning",
    summary: "A filter names the same rule twice.",
    *run(document) {
      if (document.kind !== "filter") return;
      const seen = new Set<string>();
      for (const { name, at } of filterTargets(document)) {
        if (seen.has(name.toLowerCase())) {
          yield { at, message: `Duplicate rule '${name}'`, suggestion: "Remove one" };
        }
        seen.add(name.toLowerCase());
      }
    },
  },
  {
    code: "filter-tests",
    severity: "warning",
    summary: "A filter has tests, which only rules have.",
    *run({ kind, top }) {
      const tests = top.get("tests");
      if (kind !== "filter" || !tests) return;
      yield {
        at: placeOf(tests.keyNode),
        message: "The tests of a filter are not run",
        suggestion: "Move them to the rules that it narrows",
      };
    },
  },
];

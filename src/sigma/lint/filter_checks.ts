/**
 * Checks of Sigma filters.
 *
 * @module
 */
import type { Check } from "./check.ts";
import { isMap, isScalar, isSeq } from "yaml";
import { spanOf } from "./lint_document.ts";
import type { Offsets } from "../parse/source.ts";
import type { LintDocument } from "./lint_document.ts";

/** The rules a filter names, with their places. */
export function filterTargets(document: LintDocument): { name: string; at: Offsets }[] {
  const filter = document.top.get("filter")?.node;
  const rules = isMap(filter) ? filter.get("rules", true) as unknown : undefined;
  const nodes = isSeq(rules) ? rules.items : [rules];
  return nodes.filter(isScalar).map((node) => ({ name: String(node.value), at: spanOf(node) }));
}

/** Checks of filters. */
export const filterChecks: readonly Check[] = [
  ...["level", "status"].map((key): Check => ({
    code: `filter-${key}`,
    severity: "warning",
    summary: `A filter has a ${key}, which only rules have.`,
    *run({ kind, top }) {
      if (kind !== "filter" || !top.has(key)) return;
      yield {
        at: top.get(key)!.key,
        message: `A filter has no ${key}; that of the rule counts`,
        suggestion: `Remove ${key}`,
      };
    },
  })),
  {
    code: "filter-keeps",
    severity: "warning",
    summary:
      "A filter's condition has no 'not': the rules then match only what the filter describes.",
    *run({ kind, conditions }) {
      if (kind !== "filter") return;
      for (const { text, at } of conditions) {
        if (/\bnot\b/i.test(text)) continue;
        yield {
          at,
          message: `With '${text}' the rules match only what this filter describes`,
          suggestion: `To exclude it write 'not ${/\s/.test(text) ? `(${text})` : text}'`,
        };
      }
    },
  },
  {
    code: "filter-rule-repeated",
    severity: "warning",
    summary: "A filter names a rule twice.",
    *run(document) {
      if (document.kind !== "filter") return;
      const seen = new Set<string>();
      for (const { name, at } of filterTargets(document)) {
        if (seen.has(name.toLowerCase())) {
          yield { at, message: `The rule '${name}' is named twice`, suggestion: "Remove one" };
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
      if (kind !== "filter" || !top.has("tests")) return;
      yield {
        at: top.get("tests")!.key,
        message: "Tests of a filter are not run",
        suggestion: "Put them into the rules that it narrows",
      };
    },
  },
];

import { linkCorrelations, type LinkedCorrelation } from "./correlation/link_correlations.ts";
import { Correlator } from "./correlation/correlator.ts";
import { RuleSet } from "./source_rule_set.ts";
import type { InlineTestOptions, InlineTestResult } from "./inline_test.ts";
import { runTimedTests } from "./run_timed_tests.ts";
import type { SigmaCorrelation, SigmaRule } from "./sigma_rule.ts";
import { STATUSES } from "./vocabulary.ts";

/** How to run the inline tests of a correlation. */
export interface CorrelationTestOptions extends InlineTestOptions {
  /** Rules, among them those that the correlation refers to. */
  rules: readonly SigmaRule[];
  /** Correlations, among them those that it refers to. */
  correlations?: readonly SigmaCorrelation[];
}

/**
 * Runs the cases that a correlation carries in its custom field `tests`.
 *
 * They are timed, as {@linkcode runTimedTests} says.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 * import { runCorrelationTests } from "./run_correlation_tests.ts";
 *
 * const { rules, correlations } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * ---
 * title: Many failed logins
 * correlation:
 *   type: event_count
 *   rules: failed_login
 *   timespan: 10m
 *   condition: { gte: 5 }
 * tests:
 *   - name: five in four minutes
 *     match: true
 *     events: [{ at: 0s, repeat: 5, every: 1m, event: { event: Login failed. } }]
 * `);
 * assertEquals(runCorrelationTests(correlations[0]!, { rules }), [
 *   { name: "five in four minutes", passed: true, events: [] },
 * ]);
 * ```
 *
 * @param correlation The correlation with its tests.
 * @param options The rules it refers to, placeholders, and how events are prepared.
 * @returns One result for each test, in order; none if the correlation has no tests.
 * @throws {SigmaError} If the correlation cannot be linked, or a rule cannot be compiled.
 */
export function runCorrelationTests(
  correlation: SigmaCorrelation,
  options: CorrelationTestOptions,
): InlineTestResult[] {
  const { rules, correlations = [], placeholders, toEvent = (event) => event } = options;
  const parts = partsOf(correlation, rules, correlations);
  const statuses = Object.keys(STATUSES);
  const correlator = new Correlator(parts.correlations, parts.rules, { statuses });
  const ruleSetOf = (lists: InlineTestOptions["placeholders"]) =>
    new RuleSet(parts.rules, {
      statuses,
      baseRules: true,
      placeholders: { ...placeholders, ...lists },
    });
  return runTimedTests(correlation, correlator, ruleSetOf, toEvent);
}

/** A correlation with everything that it refers to, directly or through others. */
function partsOf(
  correlation: SigmaCorrelation,
  rules: readonly SigmaRule[],
  correlations: readonly SigmaCorrelation[],
): { rules: SigmaRule[]; correlations: SigmaCorrelation[] } {
  const all = correlations.includes(correlation) ? correlations : [correlation, ...correlations];
  const { linked } = linkCorrelations(all, rules);
  const byDocument = new Map(linked.map((each) => [each.correlation, each]));
  const parts = { rules: new Set<SigmaRule>(), correlations: new Set([correlation]) };
  const add = ({ references }: LinkedCorrelation) => {
    for (const document of references) {
      if (document.kind === "rule") parts.rules.add(document);
      else {
        parts.correlations.add(document);
        add(byDocument.get(document)!);
      }
    }
  };
  const own = byDocument.get(correlation);
  // With a problem, the correlator reports it.
  if (!own) return { rules: [...rules], correlations: [correlation] };
  add(own);
  return { rules: [...parts.rules], correlations: [...parts.correlations] };
}

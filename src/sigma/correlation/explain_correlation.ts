import type { EventView } from "../match/event_view.ts";
import type { SigmaCorrelation } from "../sigma_rule.ts";
import { fieldFor, type LinkedCorrelation, type Referenced } from "./link_correlations.ts";
import { thresholdsText } from "./thresholds.ts";

/** One rule that a correlation refers to, and what an event has to do with it. */
export interface ReferenceExplanation {
  /** The rule or correlation. */
  document: Referenced;
  /** For each field of `group-by`, the field of this rule's events and its values in the event. */
  group: { field: string; values: string[] }[];
}

/**
 * A correlation in words, such as "event_count: at least 5 within 10m, by user".
 *
 * @param correlation The correlation.
 */
export function correlationText(
  { type, condition, timespan, groupBy }: SigmaCorrelation,
): string {
  const what = condition.kind === "expression" ? condition.text : [
    thresholdsText(condition.thresholds),
    condition.fields.length > 0 ? ` of ${condition.fields.join(", ")}` : "",
    condition.percentile === undefined ? "" : `, percentile ${condition.percentile}`,
  ].join("");
  const by = groupBy.length > 0 ? `by ${groupBy.join(", ")}` : "all matches together";
  return `${type}: ${what} within ${timespan.text}, ${by}`;
}

/**
 * What an event has to do with each rule that a correlation refers to.
 *
 * @param linked The correlation.
 * @param view The view that shows the event.
 */
export function explainReferences(
  linked: LinkedCorrelation,
  view: EventView,
): ReferenceExplanation[] {
  return linked.references.map((document, index) => ({
    document,
    group: linked.correlation.groupBy.map((name) => {
      const field = fieldFor(linked, index, name) ?? name;
      const { texts, count } = view.slot(view.field([field]));
      return { field, values: document.kind === "rule" ? texts.slice(0, count) : [] };
    }),
  }));
}

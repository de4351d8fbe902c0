import type { EventView } from "../match/event_view.ts";
import type { Condition, SigmaCorrelation } from "../sigma_rule.ts";
import { CountEvaluator } from "./count_evaluator.ts";
import type { Columns, Evaluator } from "./group_state.ts";
import {
  fieldFor,
  type LinkedCorrelation,
  type Referenced,
  resultFields,
} from "./link_correlations.ts";
import { PresenceEvaluator } from "./presence_evaluator.ts";
import { hashText } from "./short_text.ts";
import { DistinctCount, Percentile, SlidingEvaluator, Sum } from "./sliding_evaluator.ts";
import { onlyGrows, wholeNumbers } from "./thresholds.ts";
import type { MatchPlaces, Parent } from "./tracker.ts";

/** A rule or correlation that a correlation refers to, and where its matches have what it needs. */
export interface CompiledReference extends MatchPlaces {
  /** What is referred to. */
  document: Referenced;
}

/** A correlation that is ready to run. */
export interface CompiledCorrelation {
  /** As parsed. */
  correlation: SigmaCorrelation;
  /** What identifies it in the ids of its results. */
  id: string;
  /** What its groups are stored under; changes with whatever changes the meaning of its state. */
  stateKey: string;
  /** The timespan in milliseconds. */
  span: number;
  /** How long after a match nothing can change its window any more, in milliseconds. */
  settle: number;
  /** Whether a window is decided only when everything in it is known. */
  waits: boolean;
  /** How many matches a group needs before the condition can hold. */
  min: number;
  /**
   * The references whose matches may start a window, for an order that holds at once: those that can
   * be first in it. Undefined if any may.
   */
  starters?: ReadonlySet<number>;
  /** What it refers to, each once. */
  references: CompiledReference[];
  /** Whether one event counts once for each rule that it matches, and not only once. */
  byReference: boolean;
  /** Whether matches carry the identity of what they are counted by. */
  countsResults: boolean;
  /** Whether values are numbers. */
  isNumeric: boolean;
  /** Which columns its groups have. */
  columns: Columns | undefined;
  /** The evaluator of all groups, if it keeps nothing. */
  shared: Evaluator | undefined;
  /** Makes the evaluator of one group. */
  newEvaluator: () => Evaluator;
  /** The correlations that refer to it. */
  parents: Parent[];
}

/**
 * Prepares linked correlations.
 *
 * @param linked Each correlation after those that it refers to.
 * @param view Numbers the fields of events.
 * @returns In the same order.
 */
export function compileCorrelations(
  linked: readonly LinkedCorrelation[],
  view: EventView,
): CompiledCorrelation[] {
  const byDocument = new Map<Referenced, CompiledCorrelation>();
  return linked.map((each) => {
    const children = each.references.flatMap((document) => byDocument.get(document) ?? []);
    const one = compileOne(each, children, view);
    byDocument.set(each.correlation, one);
    return one;
  });
}

function compileOne(
  linked: LinkedCorrelation,
  children: readonly CompiledCorrelation[],
  view: EventView,
): CompiledCorrelation {
  const { correlation, references: documents } = linked;
  const { type, condition, groupBy } = correlation;
  const span = correlation.timespan.seconds * 1_000;
  const valueFields = condition.kind === "thresholds" ? condition.fields : [];
  const hasResults = children.length > 0;
  const countsResults = hasResults && type === "event_count";
  const unique = [...new Set(documents)];
  const references = unique.map((document): CompiledReference => {
    const at = documents.indexOf(document);
    const placeOf = (name: string) => {
      const field = fieldFor(linked, at, name)!;
      return resultFields(document)?.indexOf(field) ?? view.field([field]);
    };
    return { document, group: groupBy.map(placeOf), values: valueFields.map(placeOf) };
  });
  const hasValues = valueFields.length > 0 || countsResults;
  const isTemporal = type === "temporal" || type === "temporal_ordered";
  const columns: Columns = {
    ...(isTemporal || references.length > 1 ? { references: [] } : {}),
    ...(hasValues ? { values: [] } : {}),
    ...(hasResults ? { durations: [], causes: [] } : {}),
  };
  const evaluation = evaluationOf(linked, unique, span, hasResults);
  const id = correlation.id ?? correlation.name ?? correlation.title;
  const meaning = [
    type,
    unique.map((document) =>
      children.find((child) => child.correlation === document)?.stateKey ??
        document.id ?? document.name
    ),
    groupBy,
    correlation.aliases,
    span,
    condition.kind === "expression" ? condition.text : condition,
  ];
  return {
    correlation,
    id,
    stateKey: `${id}#${hashText(JSON.stringify(meaning))}`,
    span,
    settle: span +
      Math.max(0, ...children.map(({ waits, settle, span }) => waits ? settle : settle - span)),
    references,
    byReference: isTemporal,
    countsResults,
    isNumeric: /^value_(sum|avg|percentile|median)$/.test(type),
    columns: Object.keys(columns).length > 0 ? columns : undefined,
    parents: [],
    ...evaluation,
  };
}

function evaluationOf(
  { correlation, references: documents }: LinkedCorrelation,
  unique: readonly Referenced[],
  span: number,
  hasResults: boolean,
): Pick<CompiledCorrelation, "waits" | "min" | "starters" | "shared" | "newEvaluator"> {
  const { type, condition } = correlation;
  const sequence = type === "temporal_ordered"
    ? { sequence: documents.map((document) => unique.indexOf(document)) }
    : {};
  const keyOfName = new Map(
    correlation.rules.map((name, index) => [name, unique.indexOf(documents[index]!)]),
  );
  if (condition.kind === "expression") {
    const { expression } = condition;
    const firsts = type === "temporal_ordered" && !hasNot(expression)
      ? { starters: new Set(firstNames(expression).map((name) => keyOfName.get(name)!)) }
      : {};
    const wanted = { expression, ...sequence, min: 1, keyOfName, byValue: false };
    return {
      waits: hasNot(expression),
      min: hasNot(expression) ? 1 : minMatches(expression),
      ...firsts,
      shared: undefined,
      newEvaluator: () => new PresenceEvaluator(wanted, span),
    };
  }
  const { thresholds, percentile = 50 } = condition;
  const isTemporal = type === "temporal" || type === "temporal_ordered";
  const isCount = isTemporal || type === "event_count" || type === "value_count";
  const min = isCount
    ? wholeNumbers(thresholds, 1, isTemporal ? documents.length : Infinity)?.min ?? 1
    : 1;
  const waits = !isCount || !onlyGrows(thresholds);
  const common = { waits, min: waits ? 1 : min, shared: undefined };
  if (isTemporal || (isCount && hasResults)) {
    const wanted = { thresholds, ...sequence, min, keyOfName, byValue: !isTemporal };
    const firsts = sequence.sequence !== undefined && !waits
      ? { starters: new Set(sequence.sequence.slice(0, documents.length - min + 1)) }
      : {};
    return { ...common, ...firsts, newEvaluator: () => new PresenceEvaluator(wanted, span) };
  }
  if (type === "event_count") {
    const shared = new CountEvaluator(thresholds, min, span);
    return { ...common, shared, newEvaluator: () => shared };
  }
  const newAggregate = {
    value_count: () => new DistinctCount(),
    value_sum: () => new Sum(false),
    value_avg: () => new Sum(true),
    value_percentile: () => new Percentile(percentile),
    value_median: () => new Percentile(50),
  }[type];
  return {
    ...common,
    newEvaluator: () => new SlidingEvaluator(thresholds, common.min, span, newAggregate),
  };
}

/** Whether an event can make an expression false. */
function hasNot(part: Condition): boolean {
  if (part.op === "not") return true;
  return (part.op === "and" || part.op === "or") && part.of.some(hasNot);
}

/** The names that can come first in an expression in which `and` means "then". */
function firstNames(part: Condition): string[] {
  if (part.op === "name") return [part.name];
  if (part.op === "and") return part.of.slice(0, 1).flatMap(firstNames);
  return part.op === "or" ? part.of.flatMap(firstNames) : [];
}

/** How many matches an expression without `not` needs at least. */
function minMatches(expression: Condition): number {
  const names = new Set<string>();
  const isPlain = (part: Condition): boolean => {
    if (part.op === "name") return Boolean(names.add(part.name));
    return part.op === "and" && part.of.every(isPlain);
  };
  return isPlain(expression) ? names.size : 1;
}

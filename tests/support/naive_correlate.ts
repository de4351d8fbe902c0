/**
 * Correlations evaluated in the most obvious way: every window from scratch, over all events at
 * once. It shares no code with the engine but the parsed rules.
 *
 * @module
 */
import type { Condition, SigmaCorrelation, Thresholds } from "../../src/sigma/engine.ts";

/** An event with the rules that it matches. */
export interface NaiveEvent {
  readonly id: string;
  readonly time: number;
  readonly fields: Readonly<Record<string, string | number>>;
  /** The names of the rules. */
  readonly rules: readonly string[];
}

interface Item {
  start: number;
  end: number;
  rule: string;
  /** What identifies an event, or a result of a correlation. */
  key: string;
  /** What identifies the window that a result is for. */
  order: string;
  value: string | number;
}

/** The ids of all results, by the name of the correlation. */
export function naiveCorrelate(
  correlations: readonly SigmaCorrelation[],
  events: readonly NaiveEvent[],
): Map<string, Set<string>> {
  const known = new Map<string, NaiveResults>();
  const byName = new Map(correlations.map((each) => [each.name!, each]));
  const resultsOf = (name: string): NaiveResults => {
    const before = known.get(name);
    if (before) return before;
    const results = evaluate(byName.get(name)!);
    known.set(name, results);
    return results;
  };

  function evaluate(correlation: SigmaCorrelation): NaiveResults {
    const groups = new Map<string, Item[]>();
    for (const name of new Set(correlation.rules)) {
      for (const [group, item] of itemsOf(correlation, name)) {
        const items = groups.get(group) ?? [];
        groups.set(group, items);
        const same = items.find((each) =>
          each.start === item.start && each.order === item.order && each.value === item.value &&
          (each.rule === item.rule || !correlation.type.startsWith("temporal"))
        );
        if (!same) items.push(item);
        else same.end = Math.min(same.end, item.end);
      }
    }
    const found: NaiveResults = { ids: new Set(), intervals: [] };
    for (const [group, items] of groups) {
      items.sort((a, b) => a.start - b.start || (a.order < b.order ? -1 : 1));
      evaluateGroup(correlation, JSON.parse(group), items, found);
    }
    return found;
  }

  function* itemsOf(
    correlation: SigmaCorrelation,
    name: string,
  ): Generator<[group: string, item: Item]> {
    const { groupBy, condition } = correlation;
    const fields = condition.kind === "thresholds" ? condition.fields : [];
    const child = byName.get(name);
    if (child) {
      for (const { id, values, start, end, order } of resultsOf(name).intervals) {
        const pick = (field: string) => values[child.groupBy.indexOf(field)]!;
        const value = fields.length > 0 ? JSON.stringify(fields.map(pick)) : id;
        const item = { start, end, rule: name, key: id, order: `${id} ${order}`, value };
        yield [JSON.stringify(groupBy.map(pick)), item];
      }
      return;
    }
    for (const { id, time, fields: own, rules } of events) {
      if (!rules.includes(name) || groupBy.some((field) => own[field] === undefined)) continue;
      if (fields.some((field) => own[field] === undefined)) continue;
      const isNumber = /sum|avg|percentile|median/.test(correlation.type);
      const value = isNumber
        ? Number(own[fields[0]!])
        : JSON.stringify(fields.map((field) => String(own[field])));
      if (Number.isNaN(value)) continue;
      const group = JSON.stringify(groupBy.map((field) => String(own[field])));
      yield [group, { start: time, end: time, rule: name, key: id, order: id, value }];
    }
  }

  return new Map(correlations.map(({ name }) => [name!, resultsOf(name!).ids]));
}

interface NaiveResults {
  ids: Set<string>;
  intervals: { id: string; values: string[]; start: number; end: number; order: string }[];
}

function evaluateGroup(
  correlation: SigmaCorrelation,
  values: string[],
  items: readonly Item[],
  found: NaiveResults,
): void {
  const span = correlation.timespan.seconds * 1_000;
  const windowOf = ({ start }: Item) =>
    items.filter((item) => item.start >= start && item.end <= start + span);
  const grows = canOnlyGrow(correlation);
  const starters = grows && correlation.type === "temporal_ordered"
    ? firstRules(correlation)
    : correlation.rules;
  for (const [index, anchor] of items.entries()) {
    if (anchor.end > anchor.start + span || !starters.includes(anchor.rule)) continue;
    const inside = windowOf(anchor);
    const slot = Math.floor(anchor.start / span) * span;
    const id = JSON.stringify([correlation.name, ...values, slot]);
    const note = (end: number) => {
      found.ids.add(id);
      found.intervals.push({ id, values, start: anchor.start, end, order: anchor.order });
    };
    const ends = [...new Set(inside.map(({ end }) => end))].sort((a, b) => a - b);
    if (grows) {
      const end = ends.find((end) => holds(correlation, inside.filter((item) => item.end <= end)));
      if (end !== undefined) note(end);
      continue;
    }
    const isPart = items.slice(0, index).some((earlier) => {
      if (earlier.end > earlier.start + span) return false;
      const larger = windowOf(earlier);
      return inside.every((item) => larger.includes(item));
    });
    if (!isPart && holds(correlation, inside)) note(ends.at(-1)!);
  }
}

/** The rules that can be first in an order. */
function firstRules({ rules, condition }: SigmaCorrelation): string[] {
  if (condition.kind === "thresholds") {
    const { gt = 0, gte = gt + 1 } = condition.thresholds;
    const least = Math.max(1, Math.ceil(gte), Math.floor(gt) + 1);
    return rules.slice(0, rules.length - least + 1);
  }
  const first = (part: Condition): string[] =>
    part.op === "name"
      ? [part.name]
      : part.op === "and"
      ? first(part.of[0]!)
      : part.op === "or"
      ? part.of.flatMap(first)
      : [];
  return first(condition.expression);
}

function canOnlyGrow({ type, condition }: SigmaCorrelation): boolean {
  if (condition.kind === "expression") return !/\bnot\b/i.test(condition.text);
  return /count|temporal/.test(type) &&
    Object.keys(condition.thresholds).every((operator) => operator === "gt" || operator === "gte");
}

function holds({ type, rules, condition }: SigmaCorrelation, items: readonly Item[]): boolean {
  if (items.length === 0) return false;
  if (condition.kind === "expression") {
    return type === "temporal"
      ? isTrue(condition.expression, items)
      : endsOf(condition.expression, items, -Infinity).length > 0;
  }
  const numbers = items.map(({ value }) => Number(value)).sort((a, b) => a - b);
  const value = {
    event_count: () => new Set(items.map(({ key }) => key)).size,
    value_count: () => new Set(items.map(({ value }) => value)).size,
    temporal: () => new Set(items.map(({ rule }) => rule)).size,
    temporal_ordered: () => longest(rules, items, -Infinity, []),
    // The random numbers are whole, so a plain sum is exact.
    value_sum: () => numbers.reduce((sum, each) => sum + each, 0),
    value_avg: () => numbers.reduce((sum, each) => sum + each, 0) / numbers.length,
    value_percentile: () => percentile(numbers, condition.percentile ?? 50),
    value_median: () => percentile(numbers, 50),
  }[type]();
  return isWithin(condition.thresholds, value);
}

/** The most rules that can be found in this order, trying every choice. */
function longest(
  rules: readonly string[],
  items: readonly Item[],
  from: number,
  used: readonly Item[],
): number {
  const [rule, ...rest] = rules;
  if (rule === undefined) return 0;
  let best = longest(rest, items, from, used);
  for (const item of items) {
    if (item.rule !== rule || item.start < from || used.includes(item)) continue;
    best = Math.max(best, 1 + longest(rest, items, item.end, [...used, item]));
  }
  return best;
}

function isTrue(part: Condition, items: readonly Item[]): boolean {
  if (part.op === "not") return !isTrue(part.of, items);
  if (part.op === "and") return part.of.every((each) => isTrue(each, items));
  if (part.op === "or") return part.of.some((each) => isTrue(each, items));
  return part.op === "name" && items.some(({ rule }) => rule === part.name);
}

/** Every time at which an expression can be complete, if `and` means "then". */
function endsOf(part: Condition, items: readonly Item[], from: number): number[] {
  if (part.op === "not") return isTrue(part.of, items) ? [] : [from];
  if (part.op === "or") return part.of.flatMap((each) => endsOf(each, items, from));
  if (part.op === "and") {
    return part.of.reduce<number[]>(
      (starts, each) => [...new Set(starts.flatMap((start) => endsOf(each, items, start)))],
      [from],
    );
  }
  return items.filter(({ rule, start }) =>
    part.op === "name" && rule === part.name && start >= from
  )
    .map(({ end }) => end);
}

function percentile(sorted: readonly number[], rank: number): number {
  const at = rank / 100 * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}

function isWithin(thresholds: Thresholds, value: number): boolean {
  return Object.entries(thresholds).every(([operator, bound]) => {
    switch (operator) {
      case "gt":
        return value > bound;
      case "gte":
        return value >= bound;
      case "lt":
        return value < bound;
      case "lte":
        return value <= bound;
      case "eq":
        return value === bound;
      default:
        return value !== bound;
    }
  });
}

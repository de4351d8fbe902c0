import type { CompiledCorrelation } from "./compile_correlation.ts";
import type { CorrelationPart, CorrelationResult } from "./correlation_result.ts";
import type { GroupState } from "./group_state.ts";

/** How many events a result carries on to the correlations that refer to it. */
const MAX_CAUSES = 10;

/** What is known of a window besides its matches. */
export interface WindowFacts {
  /** The start of its slot of time. */
  slot: number;
  /** The count, sum, average or percentile. */
  value: number;
  /** How many events are listed. */
  maxEvents: number;
}

/**
 * The id of a result: the same however the events came.
 *
 * @param compiled The correlation.
 * @param values The values of its group.
 * @param slot The start of the slot of time, in milliseconds.
 */
export function resultId(
  { id }: CompiledCorrelation,
  values: readonly string[],
  slot: number,
): string {
  return JSON.stringify([id, ...values, slot]);
}

/** Describes a window that holds, with everything that is known of it now. */
export function describeWindow(
  compiled: CompiledCorrelation,
  values: readonly string[],
  state: GroupState,
  anchor: number,
  { slot, value, maxEvents }: WindowFacts,
): CorrelationResult {
  const { correlation, span, settle, waits, references } = compiled;
  const first = state.times[anchor]!;
  const limit = first + span;
  const parts = references.map(() => new PartCollector(maxEvents));
  const whole = new PartCollector(maxEvents);
  for (let index = anchor; index < state.size && state.times[index]! <= limit; index++) {
    const end = state.end(index);
    if (end > limit) continue;
    const part = parts[state.reference(index)]!;
    const { kind } = references[state.reference(index)]!.document;
    part.add(state, index, end, kind === "correlation");
    whole.add(state, index, end, kind === "correlation");
  }
  return {
    kind: "window",
    id: resultId(compiled, values, slot),
    document: correlation,
    group: correlation.groupBy.map((field, index) => ({ field, value: values[index]! })),
    slot,
    first,
    last: whole.last,
    knownAt: waits ? first + settle : whole.last,
    value,
    events: whole.events,
    count: whole.eventCount,
    parts: parts.flatMap((part, index): CorrelationPart[] =>
      part.count === 0 ? [] : [{
        document: references[index]!.document,
        first: part.first,
        last: part.last,
        count: part.count,
        events: part.events,
        results: part.results,
      }]
    ),
  };
}

/** The events behind a window, for a result that another correlation takes in. */
export function causesOf(
  { span, references }: CompiledCorrelation,
  state: GroupState,
  anchor: number,
): (number | string)[] {
  const limit = state.times[anchor]! + span;
  const count = state.firstAfter(limit) - anchor;
  const collector = new PartCollector(MAX_CAUSES);
  // Enough to find the first events; what follows is only counted.
  for (let index = anchor; index < anchor + Math.min(count, 2 * MAX_CAUSES); index++) {
    if (state.end(index) > limit) continue;
    const isResult = references[state.reference(index)]!.document.kind === "correlation";
    collector.add(state, index, state.end(index), isResult);
  }
  return [Math.max(count, collector.eventCount), ...collector.events];
}

/** Counts matches, and lists the events behind them. */
class PartCollector {
  first = Infinity;
  last = -Infinity;
  readonly #maxEvents: number;
  readonly #events = new Set<string>();
  readonly #listed: string[] = [];
  /** The number of events behind each result of a correlation. */
  readonly #results = new Map<string, number>();

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  /** Matches, or results of a correlation. */
  get count(): number {
    return this.#events.size + this.#results.size;
  }

  /** How many events there are, listed or not. */
  get eventCount(): number {
    let count = this.#events.size;
    for (const behind of this.#results.values()) count += behind;
    return count;
  }

  get events(): string[] {
    return this.#listed;
  }

  get results(): string[] {
    return [...this.#results.keys()].slice(0, this.#maxEvents);
  }

  add(state: GroupState, index: number, end: number, isResult: boolean): void {
    this.first = Math.min(this.first, state.times[index]!);
    this.last = Math.max(this.last, end);
    const event = state.events[index]!;
    if (!isResult) {
      if (!this.#events.has(event)) this.#list(event);
      this.#events.add(event);
      return;
    }
    // The identity of a result is its id and the event that its window starts with.
    const id = event.slice(0, event.lastIndexOf("] ") + 1);
    const [count = 0, ...events] = state.columns?.causes?.[index] ?? [];
    this.#results.set(id, Math.max(this.#results.get(id) ?? 0, Number(count)));
    for (const each of events) if (!this.#listed.includes(String(each))) this.#list(String(each));
  }

  #list(event: string): void {
    if (this.#listed.length < this.#maxEvents) this.#listed.push(event);
  }
}

import type { EventView } from "../match/event_view.ts";
import { type CorrelationTally, newTally } from "./correlation_result.ts";
import { valuesOf } from "./group_key.ts";
import type { CorrelationLimits } from "./limits.ts";
import { shortText } from "./short_text.ts";
import type { CorrelationInput, MatchPlaces } from "./tracker.ts";

/** An event, when and as what it happened. */
export interface Occurrence {
  /** JSON data. */
  event: unknown;
  /** When it happened, in milliseconds since 1970; not when it was read. */
  time: number;
  /** What identifies it; the same event always has the same id. */
  id: string;
}

/** Where the matches of a rule go. */
export interface Use extends MatchPlaces {
  /** The index of the tracker. */
  index: number;
  /** The number of the rule there. */
  reference: number;
  /** Makes of a value what the tracker looks at; empty if it is of no use. */
  read: (text: string) => (string | number)[];
  /** Whether an event is counted as a result of its own. */
  countsResults: boolean;
  /** Joins matches that come one after the other, where those in between decide nothing. */
  joined?: JoinedMatches;
}

/** Turns the matches of events into inputs of trackers. */
export class MatchCollector {
  readonly #uses = new Map<object, Use[]>();
  readonly #view: EventView;
  readonly #maxGroups: number;
  #tally = newTally();

  /**
   * @param view Shows events.
   * @param limits How many groups an event can belong to.
   */
  constructor(
    view: EventView,
    { maxGroupsPerEvent }: Pick<CorrelationLimits, "maxGroupsPerEvent">,
  ) {
    this.#view = view;
    this.#maxGroups = maxGroupsPerEvent;
  }

  /** Adds a tracker that the matches of a rule go to. */
  add(rule: object, use: Use): void {
    const uses = this.#uses.get(rule);
    if (uses) uses.push(use);
    else this.#uses.set(rule, [use]);
  }

  /** What was left out since the last call. */
  takeTally(): CorrelationTally {
    const tally = this.#tally;
    this.#tally = newTally();
    return tally;
  }

  /** See `Correlator.collect()`. */
  collect(
    occurrence: Occurrence,
    matches: readonly { readonly rule: object }[],
    inputs: CorrelationInput[],
  ): void {
    const { time, id } = occurrence;
    let shown = false;
    for (let index = 0; index < matches.length; index++) {
      const { rule } = matches[index]!;
      const uses = this.#uses.get(rule);
      // A rule with several conditions can match an event several times; it is one event.
      if (uses === undefined || (index > 0 && matches[index - 1]!.rule === rule)) continue;
      for (const use of uses) {
        if (use.joined?.takes(inputs, time, id)) continue;
        if (!shown && use.group.length + use.values.length > 0) {
          this.#view.show(occurrence.event);
          shown = true;
        }
        this.#collectFor(use, occurrence, inputs);
      }
    }
  }

  #collectFor(use: Use, { time, id }: Occurrence, inputs: CorrelationInput[]): void {
    const { countsResults, group: fields } = use;
    const max = this.#maxGroups;
    if (fields.length === 0 && use.values.length === 0) {
      const input = inputOf(use, "", time, id, countsResults ? id : undefined);
      inputs.push(input);
      use.joined?.begin(inputs, input);
      return;
    }
    const only = fields.length === 1 ? this.#view.slot(fields[0]!) : undefined;
    if (only?.count === 1 && use.values.length === 0) {
      // By far the most common case, without a list.
      const value = countsResults ? id : undefined;
      inputs.push(inputOf(use, shortText(only.texts[0]!), time, id, value));
      return;
    }
    const groups = valuesOf(this.#view, fields, max);
    if (groups.length === 0) {
      this.#tally.ungrouped++;
      return;
    }
    let values: readonly (string | number | undefined)[] = [countsResults ? id : undefined];
    if (use.values.length > 0) {
      values = valuesOf(this.#view, use.values, max).flatMap(use.read);
      if (values.length === 0) {
        this.#tally.valueless++;
        return;
      }
    }
    for (const group of groups) {
      for (const value of values) inputs.push(inputOf(use, group, time, id, value));
    }
  }
}

/**
 * Matches of one page, oldest first, of which only the first and the last count if they are close
 * enough: a rule that matches every event costs little.
 */
export class JoinedMatches {
  readonly #span: number;
  #inputs: readonly CorrelationInput[] | undefined;
  #first: CorrelationInput | undefined;
  #last: CorrelationInput | undefined;

  /** @param span How far apart they may be, in milliseconds. */
  constructor(span: number) {
    this.#span = span;
  }

  /** Notes a match that has been added by itself. */
  begin(inputs: readonly CorrelationInput[], input: CorrelationInput): void {
    const isSecond = inputs === this.#inputs && this.#first === this.#last &&
      this.#fits(input.time);
    this.#inputs = inputs;
    if (!isSecond) this.#first = input;
    this.#last = input;
  }

  /** Whether a match takes the place of the last one. */
  takes(inputs: readonly CorrelationInput[], time: number, event: string): boolean {
    const last = this.#last;
    const isNext = inputs === this.#inputs && last !== undefined && last !== this.#first &&
      this.#fits(time);
    if (!isNext) return false;
    last.time = time;
    last.event = event;
    return true;
  }

  #fits(time: number): boolean {
    const [first, last] = [this.#first, this.#last];
    return first !== undefined && last !== undefined && time >= last.time &&
      time - first.time <= this.#span;
  }
}

function inputOf(
  { index, reference }: Use,
  group: string,
  time: number,
  event: string,
  value: string | number | undefined,
): CorrelationInput {
  return {
    index,
    group,
    time,
    duration: 0,
    event,
    reference,
    value,
    causes: undefined,
    next: undefined,
  };
}

/** The value as it is. */
export function asText(text: string): string[] {
  return [text];
}

/** The number that a value is. */
export function numberOf(text: string): number[] {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return [];
  const number = Number(text);
  return Number.isFinite(number) ? [number] : [];
}

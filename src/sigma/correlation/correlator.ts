import { EventView } from "../match/event_view.ts";
import type { Problem } from "../problem.ts";
import { SigmaError } from "../sigma_error.ts";
import type { SigmaCorrelation, SigmaRule } from "../sigma_rule.ts";
import { LOADED_STATUSES } from "../vocabulary.ts";
import {
  compileCorrelations,
  type CompiledCorrelation,
  type CompiledReference,
} from "./compile_correlation.ts";
import type {
  CorrelationOutcome,
  CorrelationResult,
  CorrelationTally,
} from "./correlation_result.ts";
import type { CorrelationStore } from "./correlation_store.ts";
import { type GroupMatch, GroupState } from "./group_state.ts";
import { groupKey, keyValues, valuesOf } from "./group_key.ts";
import { shortText } from "./short_text.ts";
import { linkCorrelations, placedProblem } from "./link_correlations.ts";
import { causesOf, describeWindow, resultId } from "./describe_window.ts";

/** The bounds of what correlations keep; what does not fit is dropped and counted. */
export interface CorrelationLimits {
  /** Matches in one group; the oldest are dropped. */
  maxMatchesPerGroup: number;
  /** Groups of one correlation; those that expire first are dropped. */
  maxGroups: number;
  /** Matches in all; groups that expire first are dropped. */
  maxMatches: number;
  /** Groups that one event can belong to, if a field of `group-by` has several values. */
  maxGroupsPerEvent: number;
  /** Events, and results, that are listed in a result. */
  maxEvents: number;
}

/** The limits that apply unless others are given. */
export const CORRELATION_LIMITS: Readonly<CorrelationLimits> = {
  maxMatchesPerGroup: 10_000,
  maxGroups: 100_000,
  maxMatches: 1_000_000,
  maxGroupsPerEvent: 16,
  maxEvents: 100,
};

/** The options of a correlator. */
export interface CorrelatorOptions {
  /** Limits that differ from {@linkcode CORRELATION_LIMITS}. */
  limits?: Partial<CorrelationLimits>;
  /** The statuses to load, as in `RuleSetOptions`. */
  statuses?: readonly string[];
  /**
   * Rules and correlations that have no results of their own, whatever `generate` says; what
   * correlations count of them stays. Default none.
   */
  silent?: ReadonlySet<SigmaRule | SigmaCorrelation>;
  /**
   * Receives the problems of correlations that cannot be linked, which are then left out. Without
   * it, the problems are thrown.
   */
  onProblem?: (problem: Problem, correlation: SigmaCorrelation) => void;
}

/** An event, when and as what it happened. */
export interface Occurrence {
  /** JSON data. */
  event: unknown;
  /** When it happened, in milliseconds since 1970; not when it was read. */
  time: number;
  /** What identifies it; the same event always has the same id. */
  id: string;
}

/** A match on its way to one group of one correlation. */
export interface CorrelationInput extends GroupMatch {
  /** The index of the correlation. */
  readonly index: number;
  /** The group. */
  readonly group: string;
  /** The next one of the same group; for the correlator alone. */
  next: CorrelationInput | undefined;
}

/** Where the matches of a rule go. */
interface Use {
  index: number;
  reference: number;
  compiled: CompiledCorrelation;
  from: CompiledReference;
}

/**
 * Correlations, linked with the rules that they refer to. It keeps no state of its own: groups are
 * in a store, and the same calls with the same store give the same results after a restart.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "../parse.ts";
 * import { RuleSet } from "../rule_set.ts";
 * import { type CorrelationInput, Correlator } from "./correlator.ts";
 * import { MemoryStore } from "./memory_store.ts";
 *
 * const { rules, correlations } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * ---
 * title: Many failed logins
 * id: 0e95725d-7320-415d-80f7-004da920fc11
 * correlation:
 *   type: event_count
 *   rules: failed_login
 *   group-by: user
 *   timespan: 10m
 *   condition: { gte: 2 }
 * `);
 * const ruleSet = new RuleSet(rules, { baseRules: true });
 * const correlator = new Correlator(correlations, rules);
 * const inputs: CorrelationInput[] = [];
 * const event = { event: "Login failed.", user: "Ana" };
 * for (const [id, time] of [["a", 0], ["b", 600_000]] as const) {
 *   correlator.collect({ event, time, id }, ruleSet.match(event), inputs);
 * }
 * const { results } = correlator.correlate(new MemoryStore(), inputs, 600_000);
 * assertEquals(results.map(({ value, events }) => [value, events]), [[2, ["a", "b"]]]);
 * assertEquals(correlator.alertsAlone(rules[0]!), false);
 * ```
 */
export class Correlator {
  /** The correlations that were loaded, each after those that it refers to. */
  readonly correlations: readonly SigmaCorrelation[];
  /** The correlations that were not loaded because of their status. */
  readonly skipped: readonly SigmaCorrelation[];
  /** The keys of their state, for {@linkcode CorrelationStore.keepOnly}. */
  readonly stateKeys: readonly string[];
  readonly #compiled: readonly CompiledCorrelation[];
  readonly #uses = new Map<object, Use[]>();
  readonly #silent = new Set<SigmaRule | SigmaCorrelation>();
  readonly #view = new EventView();
  readonly #limits: CorrelationLimits;
  /** What was left out since the last call of `correlate()`. */
  #tally: CorrelationTally = newTally();

  /**
   * Links correlations with rules.
   *
   * @param correlations Parsed correlations.
   * @param rules The rules that are loaded.
   * @param options Limits and statuses.
   * @throws {SigmaError} With every problem of every correlation, unless `onProblem` receives them.
   */
  constructor(
    correlations: readonly SigmaCorrelation[],
    rules: readonly SigmaRule[],
    options: CorrelatorOptions = {},
  ) {
    const { limits = {}, statuses = LOADED_STATUSES, silent = [], onProblem } = options;
    this.#limits = { ...CORRELATION_LIMITS, ...limits };
    const isWanted = ({ status }: SigmaCorrelation) =>
      status === undefined || statuses.includes(status);
    const { linked, problems } = linkCorrelations(
      correlations.filter(isWanted),
      rules,
      this.#limits.maxMatchesPerGroup,
    );
    const placed = problems.map((problem) => [placedProblem(problem), problem] as const);
    for (const [problem, { correlation }] of placed) onProblem?.(problem, correlation);
    if (placed.length > 0 && !onProblem) throw new SigmaError(placed.map(([problem]) => problem));
    this.#compiled = compileCorrelations(linked, this.#view);
    this.correlations = this.#compiled.map(({ correlation }) => correlation);
    this.skipped = correlations.filter((correlation) => !isWanted(correlation));
    this.stateKeys = this.#compiled.map(({ stateKey }) => stateKey);
    const heard = new Set<SigmaRule | SigmaCorrelation>();
    for (const [index, compiled] of this.#compiled.entries()) {
      for (const [reference, from] of compiled.references.entries()) {
        const { document } = from;
        (compiled.correlation.generate ? heard : this.#silent).add(document);
        if (document.kind !== "rule") continue;
        const uses = this.#uses.get(document);
        const use = { index, reference, compiled, from };
        if (uses) uses.push(use);
        else this.#uses.set(document, [use]);
      }
    }
    for (const document of heard) this.#silent.delete(document);
    for (const document of silent) this.#silent.add(document);
  }

  /**
   * Whether a rule or correlation makes alerts of its own: those that correlations refer to do so
   * only if one of them says `generate: true`.
   */
  alertsAlone(document: SigmaRule | SigmaCorrelation): boolean {
    return !this.#silent.has(document);
  }

  /**
   * Turns the matches of an event into inputs of correlations.
   *
   * @param occurrence The event, when it happened, and its id.
   * @param matches What `RuleSet.match()` found; rules are told apart by identity.
   * @param inputs Where the inputs are added, for the next call of `correlate()`.
   */
  collect(
    occurrence: Occurrence,
    matches: readonly { readonly rule: object }[],
    inputs: CorrelationInput[],
  ): void {
    let shown = false;
    for (let index = 0; index < matches.length; index++) {
      const { rule } = matches[index]!;
      const uses = this.#uses.get(rule);
      // A rule with several conditions can match an event several times; it is one event.
      if (uses === undefined || (index > 0 && matches[index - 1]!.rule === rule)) continue;
      if (!shown) this.#view.show(occurrence.event);
      shown = true;
      for (const use of uses) this.#collectFor(use, occurrence, inputs);
    }
  }

  #collectFor(use: Use, { time, id }: Occurrence, inputs: CorrelationInput[]): void {
    const { compiled, from } = use;
    const max = this.#limits.maxGroupsPerEvent;
    const only = from.group.length === 1 ? this.#view.slot(from.group[0]!) : undefined;
    if (only?.count === 1 && from.values.length === 0) {
      // By far the most common case, without a list.
      const value = compiled.countsResults ? id : undefined;
      inputs.push(inputOf(use, shortText(only.texts[0]!), time, id, value));
      return;
    }
    const groups = valuesOf(this.#view, from.group, max);
    if (groups.length === 0) {
      this.#tally.ungrouped++;
      return;
    }
    let values: readonly (string | number | undefined)[] = [
      compiled.countsResults ? id : undefined,
    ];
    if (from.values.length > 0) {
      const texts = valuesOf(this.#view, from.values, max);
      values = compiled.isNumeric ? texts.flatMap(numberOf) : texts;
      if (values.length === 0) {
        this.#tally.valueless++;
        return;
      }
    }
    for (const group of groups) {
      for (const value of values) inputs.push(inputOf(use, group, time, id, value));
    }
  }

  /**
   * Takes in matches and says what now holds.
   *
   * A result is given once: as soon as its matches are known, if further matches cannot make it
   * false; otherwise as soon as the watermark has passed everything that could. Late and repeated
   * matches are welcome; the results are the same in any order, with the same ids, as long as no
   * match comes after the watermark has passed it. A result whose state has expired may be given
   * again with the same id, so results are stored by their id.
   *
   * @param store Where groups are kept.
   * @param inputs What `collect()` added, in any order.
   * @param watermark The time up to which every event is known, in milliseconds: the caller has
   * subtracted how late events may come. It applies after the inputs.
   * @returns Results, and how many matches were left out since the last call.
   */
  correlate(
    store: CorrelationStore,
    inputs: readonly CorrelationInput[],
    watermark: number,
  ): CorrelationOutcome {
    const run = new Run(this.#compiled, this.#silent, this.#limits, store, this.#tally);
    this.#tally = newTally();
    return run.finish(inputs, Math.max(watermark, store.watermark));
  }
}

function newTally(): CorrelationTally {
  return { late: 0, ungrouped: 0, valueless: 0, dropped: 0 };
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

function numberOf(text: string): number[] {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return [];
  const number = Number(text);
  return Number.isFinite(number) ? [number] : [];
}

/** One call of `correlate()`. */
class Run {
  readonly #compiled: readonly CompiledCorrelation[];
  readonly #silent: ReadonlySet<SigmaRule | SigmaCorrelation>;
  readonly #limits: CorrelationLimits;
  readonly #store: CorrelationStore;
  readonly #tally: CorrelationTally;
  readonly #before: number;
  readonly #queues: (Map<string, CorrelationInput> | undefined)[];
  readonly #results: CorrelationResult[] = [];
  #watermark = -Infinity;

  constructor(
    compiled: readonly CompiledCorrelation[],
    silent: ReadonlySet<SigmaRule | SigmaCorrelation>,
    limits: CorrelationLimits,
    store: CorrelationStore,
    tally: CorrelationTally,
  ) {
    this.#compiled = compiled;
    this.#silent = silent;
    this.#limits = limits;
    this.#store = store;
    this.#tally = tally;
    this.#before = store.watermark;
    this.#queues = new Array(compiled.length);
  }

  finish(inputs: readonly CorrelationInput[], watermark: number): CorrelationOutcome {
    this.#watermark = watermark;
    for (const input of inputs) this.#queue(input);
    // Each correlation comes after those that it refers to, so what they find is in its queue.
    for (let index = 0; index < this.#compiled.length; index++) {
      const compiled = this.#compiled[index]!;
      const queue = this.#queues[index];
      if (queue) {
        for (const [group, newest] of queue) {
          this.#feed(compiled, group, sortedByEnd(newest));
        }
        this.#bound(compiled);
      }
      if (watermark > this.#before) this.#settle(compiled);
    }
    this.#store.watermark = watermark;
    this.#results.sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
    return { results: this.#results, tally: this.#tally };
  }

  #queue(input: CorrelationInput): void {
    const queue = this.#queues[input.index] ??= new Map();
    // The matches of a group are a list in which each knows the next, newest first.
    input.next = queue.get(input.group);
    queue.set(input.group, input);
  }

  /** Takes matches into one group, and finds what they complete. */
  #feed(
    compiled: CompiledCorrelation,
    group: string,
    matches: readonly CorrelationInput[],
  ): void {
    const { stateKey, span, settle, waits } = compiled;
    const store = this.#store;
    const state = store.load(stateKey, group) ?? new GroupState();
    const found: Found[] = [];
    if (waits) this.#insertWaiting(compiled, state, matches);
    else {
      const isNewest = state.size === 0 || endOf(matches[0]!) >= lastEnd(state);
      for (const match of matches) {
        if (match.time + settle <= this.#before) this.#tally.late++;
      }
      if (isNewest) this.#append(compiled, group, state, matches, found);
      else this.#insertAmong(compiled, group, state, matches, found);
      for (const each of found) this.#report(compiled, group, state, each);
      if (!isNewest) state.evaluator?.restart();
      this.#dropExpired(state, settle, span);
    }
    const excess = state.size - this.#limits.maxMatchesPerGroup;
    if (excess > 0) {
      // More than one at a time, or each further match would move all of them.
      const dropped = Math.min(state.size - 1, excess + (this.#limits.maxMatchesPerGroup >> 4));
      state.dropFirst(dropped);
      this.#tally.dropped += dropped;
    }
    if (state.size > 0) store.save(stateKey, group, state, dueOf(compiled, state));
  }

  /** Matches that are newer than all others, one after the other: each can only be a last one. */
  #append(
    compiled: CompiledCorrelation,
    group: string,
    state: GroupState,
    matches: readonly CorrelationInput[],
    found: Found[],
  ): void {
    const { span, columns, byReference, min, shared } = compiled;
    for (const match of matches) {
      if (match.duration > span) continue;
      const before = state.size;
      const at = state.insert(match, columns, byReference);
      if (at < 0) continue;
      state.evaluator?.inserted(state, at, state.size > before);
      if (state.size < min) continue;
      const evaluator = shared ?? (state.evaluator ??= compiled.newEvaluator());
      const { times } = state;
      // If its window does not hold, then no later one does: they hold less.
      let anchor = Math.max(
        state.firstAt(match.time + match.duration - span),
        evaluator.next(state),
      );
      while (anchor < state.size && times[anchor]! <= match.time) {
        const end = evaluator.completion(state, anchor);
        if (end > times[anchor]! + span) break;
        this.#complete(compiled, group, state, anchor, end, found);
        anchor++;
      }
      evaluator.passed(anchor);
    }
  }

  /** Matches among others: every window that contains one of them is looked at again. */
  #insertAmong(
    compiled: CompiledCorrelation,
    group: string,
    state: GroupState,
    matches: readonly CorrelationInput[],
    found: Found[],
  ): void {
    const { span, columns, byReference, min, parents } = compiled;
    let firstEnd = Infinity;
    let lastStart = -Infinity;
    for (const match of matches) {
      if (match.duration > span) continue;
      const before = state.size;
      const at = state.insert(match, columns, byReference);
      if (at < 0) continue;
      state.evaluator?.inserted(state, at, state.size > before);
      firstEnd = Math.min(firstEnd, match.time + match.duration);
      lastStart = Math.max(lastStart, match.time);
    }
    if (firstEnd === Infinity || state.size < min) return;
    const evaluator = compiled.shared ?? (state.evaluator ??= compiled.newEvaluator());
    evaluator.restart();
    const last = state.firstAfter(lastStart);
    for (let anchor = state.firstAt(firstEnd - span); anchor < last; anchor++) {
      const time = state.times[anchor]!;
      if (parents.length === 0 && state.fired?.includes(slotOf(time, span))) continue;
      const end = evaluator.completion(state, anchor);
      if (end <= time + span) this.#complete(compiled, group, state, anchor, end, found);
    }
  }

  /** Matches of a condition that waits: those whose windows have been decided are too late. */
  #insertWaiting(
    { span, settle, columns, byReference }: CompiledCorrelation,
    state: GroupState,
    matches: readonly CorrelationInput[],
  ): void {
    for (const match of matches) {
      if (match.duration > span) continue;
      if (match.time + settle <= this.#before || match.time <= (state.closed ?? -Infinity)) {
        this.#tally.late++;
        continue;
      }
      const before = state.size;
      const at = state.insert(match, columns, byReference);
      if (at >= 0) state.evaluator?.inserted(state, at, state.size > before);
    }
  }

  /** Decides windows that the watermark has passed, and drops groups that have expired. */
  #settle(compiled: CompiledCorrelation): void {
    const { stateKey, settle, span, waits } = compiled;
    for (const group of this.#store.due(stateKey, this.#watermark)) {
      const state = this.#store.load(stateKey, group);
      if (!state) continue;
      if (waits) this.#close(compiled, group, state);
      else this.#dropExpired(state, settle, span);
      const due = dueOf(compiled, state);
      if (due <= this.#watermark) this.#store.delete(stateKey, group);
      else this.#store.save(stateKey, group, state, due);
    }
  }

  /**
   * Decides each window whose end the watermark has passed, in the order of time.
   *
   * Only windows that are not part of another one count: the last match of a burst alone is a
   * window as well, and would satisfy every upper bound.
   */
  #close(compiled: CompiledCorrelation, group: string, state: GroupState): void {
    const { span, settle } = compiled;
    let anchor = state.closed === undefined ? 0 : state.firstAfter(state.closed);
    for (; anchor < state.size; anchor++) {
      const time = state.times[anchor]!;
      if (time + settle > this.#watermark) break;
      const end = windowEnd(state, anchor, span);
      const isOwn = state.closed === undefined || end > state.closed + span;
      state.closed = time;
      if (!isOwn) continue;
      state.evaluator ??= compiled.shared ?? compiled.newEvaluator();
      if (!state.evaluator.judge(state, anchor).holds) continue;
      const found: Found[] = [];
      this.#complete(compiled, group, state, anchor, end, found);
      for (const each of found) this.#report(compiled, group, state, each);
    }
    // Half at a time, so that a match is moved only once on average.
    if (anchor * 2 > state.size) state.dropFirst(anchor);
    pruneFired(state, this.#watermark - settle - span);
  }

  #dropExpired(state: GroupState, settle: number, span: number): void {
    const expired = state.firstAfter(this.#watermark - settle);
    if (expired * 2 <= state.size) return;
    state.dropFirst(expired);
    pruneFired(state, this.#watermark - settle - span);
  }

  /** A window holds: the first in its slot of time is a result; parents hear of every one. */
  #complete(
    compiled: CompiledCorrelation,
    group: string,
    state: GroupState,
    anchor: number,
    end: number,
    found: Found[],
  ): void {
    const time = state.times[anchor]!;
    const slot = slotOf(time, compiled.span);
    const fired = state.fired ??= [];
    if (!fired.includes(slot)) {
      fired.push(slot);
      found.push({ slot, time, event: state.events[anchor]! });
    }
    for (const parent of compiled.parents) {
      this.#passOn(compiled, group, state, anchor, end, parent.index, parent.reference);
    }
  }

  #passOn(
    compiled: CompiledCorrelation,
    group: string,
    state: GroupState,
    anchor: number,
    end: number,
    index: number,
    reference: number,
  ): void {
    const parent = this.#compiled[index]!;
    const from = parent.references[reference]!;
    const values = groupValues(compiled, group);
    const pick = (places: readonly number[]) => groupKey(places.map((at) => values[at]!));
    const time = state.times[anchor]!;
    const id = resultId(compiled, values, slotOf(time, compiled.span));
    this.#queue({
      index,
      group: pick(from.group),
      time,
      duration: end - time,
      event: `${id} ${state.events[anchor]}`,
      reference,
      value: parent.countsResults ? id : from.values.length > 0 ? pick(from.values) : undefined,
      causes: causesOf(compiled, state, anchor),
      next: undefined,
    });
  }

  #report(compiled: CompiledCorrelation, group: string, state: GroupState, found: Found): void {
    if (this.#silent.has(compiled.correlation)) return;
    let anchor = state.firstAt(found.time);
    while (anchor < state.size && state.events[anchor] !== found.event) anchor++;
    if (anchor === state.size) return;
    const evaluator = compiled.shared ?? (state.evaluator ??= compiled.newEvaluator());
    const { value } = evaluator.judge(state, anchor);
    const values = groupValues(compiled, group);
    this.#results.push(
      describeWindow(compiled, values, state, anchor, {
        slot: found.slot,
        value,
        maxEvents: this.#limits.maxEvents,
      }),
    );
  }

  /** Keeps the limits of one correlation and of all. */
  #bound({ stateKey }: CompiledCorrelation): void {
    const store = this.#store;
    const { maxGroups, maxMatches } = this.#limits;
    while (store.groups(stateKey) > maxGroups) this.#tally.dropped += store.evict(stateKey) ?? 0;
    while (store.matches > maxMatches) {
      const dropped = store.evict(undefined);
      if (dropped === undefined) break;
      this.#tally.dropped += dropped;
    }
  }
}

/** A slot of time in which a window holds for the first time. */
interface Found {
  slot: number;
  time: number;
  event: string;
}

function slotOf(time: number, span: number): number {
  return Math.floor(time / span) * span;
}

/** The end of the last match in a window. */
function windowEnd(state: GroupState, anchor: number, span: number): number {
  const limit = state.times[anchor]! + span;
  const next = state.firstAfter(limit);
  if (!state.columns?.durations) return state.times[next - 1]!;
  let last = -Infinity;
  for (let index = anchor; index < next; index++) {
    const end = state.end(index);
    if (end <= limit && end > last) last = end;
  }
  return last;
}

/** The latest end of all matches of a group that has some. */
function lastEnd({ times, columns }: GroupState): number {
  const durations = columns?.durations;
  if (!durations) return times[times.length - 1]!;
  let last = -Infinity;
  for (let index = 0; index < durations.length; index++) {
    last = Math.max(last, times[index]! + durations[index]!);
  }
  return last;
}

/** The watermark at which a group has a window to decide, or has expired. */
function dueOf({ waits, settle, span }: CompiledCorrelation, state: GroupState): number {
  const { times, closed = -Infinity } = state;
  if (!waits) return (times[times.length - 1] ?? -Infinity) + settle;
  const open = times[state.firstAfter(closed)];
  // A late event may still start a window that is part of the last one.
  return open === undefined ? closed + settle + span : open + settle;
}

/** Forgets slots whose windows can no longer change. */
function pruneFired(state: GroupState, until: number): void {
  if (!state.fired?.some((slot) => slot <= until)) return;
  const left = state.fired.filter((slot) => slot > until);
  state.fired = left.length > 0 ? left : undefined;
}

function groupValues({ correlation }: CompiledCorrelation, group: string): string[] {
  return keyValues(group, correlation.groupBy.length);
}

function endOf({ time, duration }: CorrelationInput): number {
  return time + duration;
}

/** The matches of one group from the oldest end to the newest. */
function sortedByEnd(newest: CorrelationInput): CorrelationInput[] {
  const matches = [newest];
  let inOrder = true;
  for (let match = newest.next; match; match = match.next) {
    inOrder &&= endOf(match) <= endOf(matches[matches.length - 1]!);
    matches.push(match);
  }
  if (matches.length === 1) return matches;
  return inOrder
    ? matches.reverse()
    : matches.sort((a, b) => endOf(a) - endOf(b) || a.time - b.time);
}

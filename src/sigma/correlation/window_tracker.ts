import type { CompiledCorrelation } from "./compile_correlation.ts";
import { causesOf, describeWindow, resultId } from "./describe_window.ts";
import { groupKey, keyValues } from "./group_key.ts";
import { GroupState } from "./group_state.ts";
import type { CorrelationInput, Parent, Round, Tracker } from "./tracker.ts";

/** Evaluates the windows of one correlation. */
export class WindowTracker implements Tracker {
  /** @inheritdoc */
  readonly stateKey: string;
  readonly #compiled: CompiledCorrelation;

  /** @param compiled The correlation. */
  constructor(compiled: CompiledCorrelation) {
    this.stateKey = compiled.stateKey;
    this.#compiled = compiled;
  }

  /** @inheritdoc */
  feed(round: Round, group: string, matches: readonly CorrelationInput[]): void {
    const { stateKey, settle, waits } = this.#compiled;
    const { store, before, limits, tally } = round;
    const state = store.load(stateKey, group) ?? new GroupState();
    const found: Found[] = [];
    if (waits) this.#insertWaiting(round, state, matches);
    else {
      const isNewest = state.size === 0 || endOf(matches[0]!) >= lastEnd(state);
      for (const match of matches) {
        if (match.time + settle <= before) tally.late++;
      }
      if (isNewest) this.#append(round, group, state, matches, found);
      else this.#insertAmong(round, group, state, matches, found);
      for (const each of found) this.#report(round, group, state, each);
      if (!isNewest) state.evaluator?.restart();
      this.#dropExpired(round, state);
    }
    const excess = state.size - limits.maxMatchesPerGroup;
    if (excess > 0) {
      // More than one at a time, or each further match would move all of them.
      const dropped = Math.min(state.size - 1, excess + (limits.maxMatchesPerGroup >> 4));
      state.dropFirst(dropped);
      tally.dropped += dropped;
    }
    if (state.size > 0) store.save(stateKey, group, state, dueOf(this.#compiled, state));
  }

  /** Adds a match to its group; false if it is there already. */
  #insert(state: GroupState, match: CorrelationInput): boolean {
    const { columns, byReference } = this.#compiled;
    const before = state.size;
    const at = state.insert(match, columns, byReference);
    if (at < 0) return false;
    state.evaluator?.inserted(state, at, state.size > before);
    return true;
  }

  /** Matches that are newer than all others, one after the other: each can only be a last one. */
  #append(
    round: Round,
    group: string,
    state: GroupState,
    matches: readonly CorrelationInput[],
    found: Found[],
  ): void {
    const compiled = this.#compiled;
    const { span, min, starters, shared } = compiled;
    for (const match of matches) {
      if (match.duration > span || !this.#insert(state, match)) continue;
      if (state.size < min) continue;
      const evaluator = shared ?? (state.evaluator ??= compiled.newEvaluator());
      const { times } = state;
      // If its window does not hold, then no later one does: they hold less.
      let anchor = Math.max(
        state.firstAt(match.time + match.duration - span),
        evaluator.next(state),
      );
      for (; anchor < state.size && times[anchor]! <= match.time; anchor++) {
        if (starters?.has(state.reference(anchor)) === false) continue;
        const end = evaluator.completion(state, anchor);
        if (end > times[anchor]! + span) break;
        this.#complete(round, group, state, anchor, end, found);
      }
      evaluator.passed(anchor);
    }
  }

  /** Matches among others: every window that contains one of them is looked at again. */
  #insertAmong(
    round: Round,
    group: string,
    state: GroupState,
    matches: readonly CorrelationInput[],
    found: Found[],
  ): void {
    const compiled = this.#compiled;
    const { span, min, starters, parents } = compiled;
    let firstEnd = Infinity;
    let lastStart = -Infinity;
    for (const match of matches) {
      if (match.duration > span || !this.#insert(state, match)) continue;
      firstEnd = Math.min(firstEnd, match.time + match.duration);
      lastStart = Math.max(lastStart, match.time);
    }
    if (firstEnd === Infinity || state.size < min) return;
    const evaluator = compiled.shared ?? (state.evaluator ??= compiled.newEvaluator());
    evaluator.restart();
    const last = state.firstAfter(lastStart);
    for (let anchor = state.firstAt(firstEnd - span); anchor < last; anchor++) {
      const time = state.times[anchor]!;
      if (starters?.has(state.reference(anchor)) === false) continue;
      if (parents.length === 0 && state.fired?.includes(slotOf(time, span))) continue;
      const end = evaluator.completion(state, anchor);
      if (end <= time + span) this.#complete(round, group, state, anchor, end, found);
    }
  }

  /** Matches of a condition that waits: those whose windows have been decided are too late. */
  #insertWaiting(
    { before, tally }: Round,
    state: GroupState,
    matches: readonly CorrelationInput[],
  ): void {
    const { span, settle } = this.#compiled;
    for (const match of matches) {
      if (match.duration > span) continue;
      if (match.time + settle <= before || match.time <= (state.closed ?? -Infinity)) {
        tally.late++;
        continue;
      }
      this.#insert(state, match);
    }
  }

  /** @inheritdoc */
  settle(round: Round): void {
    const { stateKey, waits, span } = this.#compiled;
    const { store, watermark, before } = round;
    if (!waits) {
      // Whatever is due has expired, and so has all that it holds: it may as well go later.
      const isNext = Math.floor(watermark / span) > Math.floor(before / span);
      if (isNext) store.expire(stateKey, watermark);
      return;
    }
    for (const group of store.due(stateKey, watermark)) {
      const state = store.load(stateKey, group);
      if (!state) continue;
      this.#close(round, group, state);
      const due = dueOf(this.#compiled, state);
      if (due <= watermark) store.delete(stateKey, group);
      else store.save(stateKey, group, state, due);
    }
  }

  /**
   * Decides each window whose end the watermark has passed, in the order of time.
   *
   * Only windows that are not part of another one count: the last match of a burst alone is a
   * window as well, and would satisfy every upper bound.
   */
  #close(round: Round, group: string, state: GroupState): void {
    const { span, settle, shared, newEvaluator } = this.#compiled;
    let anchor = state.closed === undefined ? 0 : state.firstAfter(state.closed);
    for (; anchor < state.size; anchor++) {
      const time = state.times[anchor]!;
      if (time + settle > round.watermark) break;
      const end = windowEnd(state, anchor, span);
      const isOwn = state.closed === undefined || end > state.closed + span;
      state.closed = time;
      if (!isOwn) continue;
      state.evaluator ??= shared ?? newEvaluator();
      if (!state.evaluator.judge(state, anchor).holds) continue;
      const found: Found[] = [];
      this.#complete(round, group, state, anchor, end, found);
      for (const each of found) this.#report(round, group, state, each);
    }
    // Half at a time, so that a match is moved only once on average.
    if (anchor * 2 > state.size) state.dropFirst(anchor);
    pruneFired(state, round.watermark - settle - span);
  }

  #dropExpired({ watermark }: Round, state: GroupState): void {
    const { settle, span } = this.#compiled;
    const expired = state.firstAfter(watermark - settle);
    if (expired * 2 <= state.size) return;
    state.dropFirst(expired);
    pruneFired(state, watermark - settle - span);
  }

  /** A window holds: the first in its slot of time is a result; parents hear of every one. */
  #complete(
    round: Round,
    group: string,
    state: GroupState,
    anchor: number,
    end: number,
    found: Found[],
  ): void {
    const { span, parents } = this.#compiled;
    const time = state.times[anchor]!;
    const slot = slotOf(time, span);
    const fired = state.fired ??= [];
    if (!fired.includes(slot)) {
      fired.push(slot);
      found.push({ slot, time, event: state.events[anchor]! });
    }
    for (const parent of parents) this.#passOn(round, group, state, anchor, end, parent);
  }

  #passOn(
    round: Round,
    group: string,
    state: GroupState,
    anchor: number,
    end: number,
    { index, reference, from, countsResults }: Parent,
  ): void {
    const compiled = this.#compiled;
    const values = groupValues(compiled, group);
    const pick = (places: readonly number[]) => groupKey(places.map((at) => values[at]!));
    const time = state.times[anchor]!;
    const id = resultId(compiled, values, slotOf(time, compiled.span));
    round.queue({
      index,
      group: pick(from.group),
      time,
      duration: end - time,
      event: `${id} ${state.events[anchor]}`,
      reference,
      value: countsResults ? id : from.values.length > 0 ? pick(from.values) : undefined,
      causes: causesOf(compiled, state, anchor),
      next: undefined,
    });
  }

  #report(round: Round, group: string, state: GroupState, found: Found): void {
    const compiled = this.#compiled;
    if (round.silent.has(compiled.correlation)) return;
    let anchor = state.firstAt(found.time);
    while (anchor < state.size && state.events[anchor] !== found.event) anchor++;
    if (anchor === state.size) return;
    const evaluator = compiled.shared ?? (state.evaluator ??= compiled.newEvaluator());
    const { value } = evaluator.judge(state, anchor);
    const values = groupValues(compiled, group);
    round.results.push(
      describeWindow(compiled, values, state, anchor, {
        slot: found.slot,
        value,
        maxEvents: round.limits.maxEvents,
      }),
    );
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

import type { SigmaRule } from "../sigma_rule.ts";
import { keyValues } from "./group_key.ts";
import { GroupState } from "./group_state.ts";
import type { Absence } from "./history.ts";
import { hashText } from "./short_text.ts";
import type { CorrelationInput, Round, Tracker } from "./tracker.ts";

/** When nothing is to be decided before the next match: the last date there is. */
const NEVER = 8.64e15;

/**
 * Finds the matches of a rule after which there was none for a time.
 *
 * Of a group, `times` are matches whose silence is still open, without those that have one before
 * and one behind within the time, since they decide nothing: so there are few. `closed` is the last
 * match whose silence was decided.
 */
export class AbsenceTracker implements Tracker {
  /** @inheritdoc */
  readonly stateKey: string;
  readonly #rule: SigmaRule;
  readonly #groupBy: readonly string[];
  readonly #span: number;
  readonly #id: string;

  /**
   * @param rule The rule.
   * @param wanted What it says.
   */
  constructor(rule: SigmaRule, { groupBy, for: { seconds } }: Absence) {
    this.#rule = rule;
    this.#groupBy = groupBy;
    this.#span = seconds * 1_000;
    this.#id = rule.id ?? rule.name ?? rule.title;
    this.stateKey = `${this.#id}#${hashText(JSON.stringify(["absence", groupBy, seconds]))}`;
  }

  /** @inheritdoc */
  feed(round: Round, group: string, matches: readonly CorrelationInput[]): void {
    const { store, before, tally } = round;
    const state = store.load(this.stateKey, group) ?? new GroupState();
    let isChanged = false;
    for (const match of matches) {
      if (match.time + this.#span <= before) tally.late++;
      else if (this.#decides(state, match.time)) {
        isChanged = state.insert(match, undefined, false) >= 0 || isChanged;
      }
    }
    if (!isChanged) return;
    this.#thin(state);
    store.save(this.stateKey, group, state, this.#dueOf(state));
  }

  /** @inheritdoc */
  settle(round: Round): void {
    const { store, watermark, before } = round;
    // Without groups, an absence can be found from the start.
    const isAlone = this.#groupBy.length === 0 && Number.isFinite(watermark);
    if (isAlone && store.load(this.stateKey, "") === undefined) {
      this.#save(round, "", stateWith(Number.isFinite(before) ? before : watermark));
    }
    for (const group of store.due(this.stateKey, watermark)) {
      const state = store.load(this.stateKey, group);
      if (!state) continue;
      this.#decide(round, group, state);
      this.#save(round, group, state);
    }
  }

  /** Decides each match after whose time the watermark has come. */
  #decide(round: Round, group: string, state: GroupState): void {
    const { watermark, unread } = round;
    for (let at = this.#firstOpen(state); at < state.size; at++) {
      const time = state.times[at]!;
      const end = time + this.#span;
      // At the end of all input, nobody knows what would have come.
      if (end > watermark || (watermark === Infinity && at === state.size - 1)) break;
      state.closed = time;
      if ((state.times[at + 1] ?? Infinity) <= end) continue;
      const blind = unread.filter(({ from, to }) => from <= end && to > time);
      if (blind.length === 0) this.#report(round, group, time, state.events[at]!);
      else {
        // What could not be read may have held a match: a silence begins after it.
        const match = matchOf(Math.max(...blind.map(({ to }) => to)), state.events[at]!);
        state.insert(match, undefined, false);
      }
    }
  }

  #save({ store }: Round, group: string, state: GroupState): void {
    const open = this.#firstOpen(state);
    const isOver = open === state.size && this.#groupBy.length > 0;
    if (isOver) store.delete(this.stateKey, group);
    else {
      state.dropFirst(Math.min(open, state.size - 1));
      store.save(this.stateKey, group, state, this.#dueOf(state));
    }
  }

  /** Drops matches between two others within the time. */
  #thin(state: GroupState): void {
    for (let at = state.size - 2; at > this.#firstOpen(state); at--) {
      const isBetween = state.times[at + 1]! - state.times[at - 1]! <= this.#span;
      if (isBetween) state.remove(at);
    }
  }

  /** Whether a match is not just between two others. */
  #decides(state: GroupState, time: number): boolean {
    const at = state.firstAfter(time);
    const before = state.times[at - 1] ?? -Infinity;
    const behind = state.times[at] ?? Infinity;
    return before !== time && behind - before > this.#span;
  }

  #firstOpen(state: GroupState): number {
    return state.closed === undefined ? 0 : state.firstAfter(state.closed);
  }

  #dueOf(state: GroupState): number {
    const open = state.times[this.#firstOpen(state)];
    return open === undefined ? NEVER : open + this.#span;
  }

  #report(round: Round, group: string, time: number, event: string): void {
    if (round.silent.has(this.#rule)) return;
    const values = keyValues(group, this.#groupBy.length);
    const events = event === "" ? [] : [event];
    round.results.push({
      kind: "absence",
      id: JSON.stringify([this.#id, ...values, time]),
      document: this.#rule,
      group: this.#groupBy.map((field, index) => ({ field, value: values[index]! })),
      slot: time,
      first: time,
      last: time + this.#span,
      knownAt: time + this.#span,
      value: 0,
      events,
      count: events.length,
      parts: [],
    });
  }
}

function stateWith(time: number): GroupState {
  const state = new GroupState();
  state.insert(matchOf(time, ""), undefined, false);
  return state;
}

function matchOf(time: number, event: string) {
  return { time, duration: 0, event, reference: 0, value: undefined, causes: undefined };
}

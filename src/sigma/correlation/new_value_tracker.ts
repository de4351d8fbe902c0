import type { SigmaRule } from "../sigma_rule.ts";
import { groupKey, keyValues } from "./group_key.ts";
import { GroupState } from "./group_state.ts";
import type { NewValue } from "./history.ts";
import { hashText } from "./short_text.ts";
import type { CorrelationInput, Parent, Round, Tracker } from "./tracker.ts";

const DAY = 86_400_000;

/** A group without a match for this long is forgotten, in milliseconds; then it learns anew. */
const FORGOTTEN_AFTER = 400 * DAY;

/**
 * Remembers the values of one field by group, and finds those that are new.
 *
 * A group learns from its first match on: what has begun by the end of that time is known. A later
 * value is new, and that cannot change once everything up to the end of learning is known. So it is
 * found at once, or else when the watermark passes that end.
 *
 * Of a group, `times` are when its values were first seen, and `closed` is when it began to learn.
 */
export class NewValueTracker implements Tracker {
  /** @inheritdoc */
  readonly stateKey: string;
  /** The correlations that refer to the rule. */
  readonly parents: Parent[] = [];
  readonly #rule: SigmaRule;
  readonly #wanted: NewValue;
  readonly #id: string;
  readonly #learn: number;
  /** When each value of a group was first seen. */
  readonly #known = new WeakMap<GroupState, Map<string, number>>();

  /**
   * @param rule The rule.
   * @param wanted What it says.
   */
  constructor(rule: SigmaRule, wanted: NewValue) {
    this.#rule = rule;
    this.#wanted = wanted;
    this.#learn = wanted.learn.seconds * 1_000;
    this.#id = rule.id ?? rule.name ?? rule.title;
    const { field, groupBy, network } = wanted;
    // Another time to learn does not change what is remembered.
    const meaning = ["new_value", field, groupBy, network];
    this.stateKey = `${this.#id}#${hashText(JSON.stringify(meaning))}`;
  }

  /** @inheritdoc */
  feed(round: Round, group: string, matches: readonly CorrelationInput[]): void {
    const { store, before, tally, limits } = round;
    const state = store.load(this.stateKey, group) ?? new GroupState();
    const known = this.#knownIn(state);
    let isChanged = false;
    for (const match of matches) {
      const value = String(match.value);
      const hasLearned = state.closed !== undefined && this.#endOf(state) <= before;
      if (state.closed === undefined || (match.time < state.closed && !hasLearned)) {
        state.closed = match.time;
        isChanged = true;
      }
      const first = known.get(value);
      if (first !== undefined && (hasLearned || first <= match.time)) continue;
      if (first !== undefined) state.remove(state.columns!.values!.indexOf(value));
      state.insert({ ...match, value }, { values: [] }, false);
      known.set(value, match.time);
      isChanged = true;
      if (!hasLearned) continue;
      if (match.time > this.#endOf(state)) this.#found(round, group, state, match);
      else tally.late++;
    }
    const excess = state.size - limits.maxMatchesPerGroup;
    if (excess > 0) {
      const dropped = Math.min(state.size - 1, excess + (limits.maxMatchesPerGroup >> 4));
      state.dropFirst(dropped);
      tally.dropped += dropped;
      this.#known.delete(state);
    }
    const newest = matches[matches.length - 1]!.time;
    // Once a day is enough, and spares a row that is written for every event.
    if (isChanged || newest >= (state.seen ?? -Infinity) + DAY) {
      state.seen = Math.max(newest, state.seen ?? newest);
      store.save(this.stateKey, group, state, this.#dueOf(state, before));
    }
  }

  /** @inheritdoc */
  settle(round: Round): void {
    const { store, before, watermark } = round;
    for (const group of store.due(this.stateKey, watermark)) {
      const state = store.load(this.stateKey, group);
      if (!state) continue;
      const end = this.#endOf(state);
      if (end > before && end <= watermark) {
        for (let index = state.firstAfter(end); index < state.size; index++) {
          const value = String(state.columns?.values?.[index]);
          const [time, event] = [state.times[index]!, state.events[index]!];
          this.#found(round, group, state, { time, event, value });
        }
      }
      const due = this.#dueOf(state, watermark);
      if (due <= watermark) store.delete(this.stateKey, group);
      else store.save(this.stateKey, group, state, due);
    }
  }

  #found(
    round: Round,
    group: string,
    state: GroupState,
    { time, event, value: found }: Pick<CorrelationInput, "time" | "event" | "value">,
  ): void {
    const value = String(found);
    const { field, groupBy } = this.#wanted;
    const values = [...keyValues(group, groupBy.length), value];
    for (const { index, reference, from } of this.parents) {
      const pick = (places: readonly number[]) => groupKey(places.map((at) => values[at]!));
      round.queue({
        index,
        group: pick(from.group),
        time,
        duration: 0,
        event,
        reference,
        value: from.values.length > 0 ? pick(from.values) : event,
        causes: undefined,
        next: undefined,
      });
    }
    if (round.silent.has(this.#rule)) return;
    round.results.push({
      kind: "new_value",
      id: JSON.stringify([this.#id, ...values]),
      document: this.#rule,
      group: [...groupBy, field].map((field, index) => ({ field, value: values[index]! })),
      slot: time,
      first: time,
      last: time,
      knownAt: Math.max(time, this.#endOf(state)),
      value: state.size,
      events: [event],
      count: 1,
      parts: [],
    });
  }

  /** When a group has learned; Infinity if it is new. */
  #endOf({ closed = Infinity }: GroupState): number {
    return closed + this.#learn;
  }

  /** When it has learned, or else when it is forgotten. */
  #dueOf(state: GroupState, watermark: number): number {
    const end = this.#endOf(state);
    return end > watermark ? end : Math.max(end, state.seen ?? end) + FORGOTTEN_AFTER;
  }

  #knownIn(state: GroupState): Map<string, number> {
    let known = this.#known.get(state);
    if (known === undefined) {
      const values = state.columns?.values ?? [];
      known = new Map(values.map((value, index) => [String(value), state.times[index]!]));
      this.#known.set(state, known);
    }
    return known;
  }
}

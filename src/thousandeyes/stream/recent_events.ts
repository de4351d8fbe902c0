import { wholeSecond } from "../../stream/clock.ts";
import type { YieldedEvent } from "./checkpoint.ts";
import type { DateRange } from "./stream_plan.ts";

interface Remembered {
  /** The date, in milliseconds since the Unix epoch. */
  at: number;
  /** The maximum number of times that one pass has seen it. */
  seen: number;
  /** How often the current pass has seen it. */
  inPass: number;
  /** Whether the current pass was the first to see it. */
  fresh: boolean;
}

/**
 * Tells new events from those that were yielded before, true duplicates included: of an event that
 * one pass sees k times and the next k + 1 times, one is new. A pass gives its events oldest first,
 * and each pass looks back a little behind the place where the one before ended.
 *
 * Bounded: it holds about `limit` events. If more fall within the overlap, it forgets the oldest
 * and lets the next pass begin later. Only the events of a single second are all held, however many
 * there are.
 */
export class RecentEvents {
  readonly #limit: number;
  readonly #overlapMs: number;
  readonly #events = new Map<string, Remembered>();
  #keepFrom: number;
  #range: DateRange = { start: 0, end: 0 };
  #position = 0;
  #fresh = 0;
  #shrinkAt: number;

  /**
   * @param options `limit` is about how many events are remembered; `overlapMs` is how far a pass
   * looks back, in milliseconds; `keepFrom` is where the first pass begins, in milliseconds since
   * the Unix epoch, and none looks back further; `yielded` are the events from there on that were
   * yielded already.
   */
  constructor({ limit, overlapMs, keepFrom, yielded = [] }: {
    limit: number;
    overlapMs: number;
    keepFrom: number;
    yielded?: readonly YieldedEvent[];
  }) {
    this.#limit = limit;
    this.#overlapMs = overlapMs;
    this.#keepFrom = keepFrom;
    this.#shrinkAt = limit;
    for (const [identity, at, seen] of yielded) {
      this.#events.set(identity, { at, seen, inPass: 0, fresh: false });
    }
  }

  /** Begins a pass over `range`. */
  begin(range: DateRange): void {
    this.#range = range;
    this.#position = range.start;
    this.#fresh = 0;
    this.#shrinkAt = this.#limit;
    for (const event of this.#events.values()) {
      event.inPass = 0;
      event.fresh = false;
    }
  }

  /**
   * Counts an event of the pass.
   *
   * @param identity The identity of the event.
   * @param at Its date. An event without a date, or with one outside the range, counts as one at
   * the end of the range, since nothing tells in which passes it will occur.
   * @returns Whether it has not been yielded before.
   */
  isNew(identity: string, at: number | undefined): boolean {
    const { start, end } = this.#range;
    const date = at !== undefined && at >= start && at <= end ? at : end;
    const known = this.#events.get(identity);
    if (known !== undefined) {
      known.at = Math.max(known.at, date);
      known.inPass++;
      if (known.inPass <= known.seen) return false;
      known.seen = known.inPass;
      return true;
    }
    if (date >= this.#keepFrom) {
      this.#events.set(identity, { at: date, seen: 1, inPass: 1, fresh: true });
      if (++this.#fresh > this.#shrinkAt) this.#shrink((event) => event.fresh);
    }
    return true;
  }

  /**
   * Notes how far the pass has come: whatever it gives from now on is not older, and what is older
   * by more than the overlap need not be remembered.
   *
   * @param position A date of the range, in milliseconds since the Unix epoch.
   */
  passed(position: number): void {
    if (position <= this.#position) return;
    this.#position = Math.min(position, this.#range.end);
    this.#keepFrom = Math.max(this.#keepFrom, wholeSecond(this.#position - this.#overlapMs));
  }

  /** Ends the pass. */
  finish(): void {
    this.passed(this.#range.end);
    this.#forget(() => true);
    if (this.#events.size > this.#limit) this.#shrink(() => true);
  }

  /** Where the pass is, in whole seconds: one that goes on from there misses nothing of it. */
  get position(): number {
    return wholeSecond(this.#position);
  }

  /** Where the next pass can begin, in milliseconds since the Unix epoch. */
  get next(): number {
    return this.#keepFrom;
  }

  /** The events that a pass from `next` on will see again. */
  get yielded(): YieldedEvent[] {
    return [...this.#events].filter(([, { at }]) => at >= this.#keepFrom)
      .map(([identity, { at, seen }]) => [identity, at, seen]);
  }

  /** Moves `keepFrom` so that half the limit remains of the events in `scope`. */
  #shrink(scope: (event: Remembered) => boolean): void {
    this.#forget(scope);
    const dates = [...this.#events.values()].filter(scope).map(({ at }) => at);
    if (dates.length <= this.#limit) return;
    dates.sort((a, b) => b - a);
    const middle = dates[this.#limit >> 1]!;
    // The second in the middle is forgotten as a whole, unless the pass is there: half of it could
    // not be told apart.
    this.#keepFrom = Math.max(
      this.#keepFrom,
      Math.min(wholeSecond(middle) + 1_000, wholeSecond(this.#position)),
    );
    this.#forget(scope);
    this.#shrinkAt = Math.max(this.#limit, 2 * this.#fresh);
  }

  /** Events of earlier passes stay until the end of the pass, which may still see them. */
  #forget(scope: (event: Remembered) => boolean): void {
    for (const [identity, event] of this.#events) {
      if (event.at >= this.#keepFrom || !scope(event)) continue;
      this.#events.delete(identity);
      if (event.fresh) this.#fresh--;
    }
  }
}

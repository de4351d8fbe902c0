import { wholeSecond } from "../../stream/clock.ts";
import type { DateRange } from "./stream_plan.ts";

interface Remembered {
  /** The date, in milliseconds since the Unix epoch. */
  at: number;
  /** The most that one pass has seen of it. */
  seen: number;
  /** What the pass that is going on has seen of it. */
  inPass: number;
  /** Whether this pass was the first to see it. */
  fresh: boolean;
}

/**
 * Tells the events that a pass sees again from those it sees for the first time, twins included: of an
 * event that a pass sees k times and the next one k + 1 times, one is new.
 *
 * Bounded: it holds about `limit` events. When more fall within the overlap, it forgets the oldest and says
 * that the next pass has to begin later. Only the events of a single second are held however many they are.
 */
export class RecentEvents {
  readonly #limit: number;
  readonly #events = new Map<string, Remembered>();
  #keepFrom = 0;
  #range: DateRange = { start: 0, end: 0 };
  #fresh = 0;
  #shrinkAt: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#shrinkAt = limit;
  }

  /** Begins a pass over `range`, after which the next one would begin at `keepFrom`. */
  begin(range: DateRange, keepFrom: number): void {
    this.#range = range;
    this.#keepFrom = Math.max(this.#keepFrom, keepFrom); // what is forgotten must not be read again
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
   * @param identity What all reports of the event have in common.
   * @param at Its date; without one, or outside the range, it counts as an event of the end of the pass, since
   * nothing tells which passes it will be in.
   * @returns Whether no earlier pass has seen it.
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
   * Ends the pass.
   *
   * @returns Where the next pass may begin, in milliseconds since the Unix epoch.
   */
  finish(): number {
    this.#forget(() => true);
    if (this.#events.size > this.#limit) this.#shrink(() => true);
    return Math.min(this.#keepFrom, this.#range.end);
  }

  /** Moves `keepFrom` to where half the limit is left of the events in `scope`. */
  #shrink(scope: (event: Remembered) => boolean): void {
    const dates = [...this.#events.values()].filter(scope).map(({ at }) => at);
    dates.sort((a, b) => b - a);
    const newest = Math.min(dates[0]!, this.#range.end);
    const middle = dates[this.#limit >> 1]!;
    // The second in the middle goes as a whole, unless it is the newest: half of it cannot be told apart.
    this.#keepFrom = Math.max(
      this.#keepFrom,
      Math.min(wholeSecond(middle) + 1_000, wholeSecond(newest)),
    );
    this.#forget(scope);
    this.#shrinkAt = Math.max(this.#limit, 2 * this.#fresh);
  }

  /** Events of earlier passes stay until the end of the pass, as it may still meet them. */
  #forget(scope: (event: Remembered) => boolean): void {
    for (const [identity, event] of this.#events) {
      if (event.at >= this.#keepFrom || !scope(event)) continue;
      this.#events.delete(identity);
      if (event.fresh) this.#fresh--;
    }
  }
}

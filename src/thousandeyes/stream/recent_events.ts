import { wholeSecond } from "../../stream/clock.ts";
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
 * Tells new events from those that an earlier pass has seen, true duplicates included: of an event
 * that one pass sees k times and the next k + 1 times, one is new.
 *
 * Bounded: it holds about `limit` events. If more fall within the overlap, it forgets the oldest
 * and lets the next pass begin later. Only the events of a single second are all held, however many
 * there are.
 */
export class RecentEvents {
  readonly #limit: number;
  readonly #events = new Map<string, Remembered>();
  #keepFrom = 0;
  #range: DateRange = { start: 0, end: 0 };
  #fresh = 0;
  #shrinkAt: number;

  /** @param limit About how many events are remembered. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#shrinkAt = limit;
  }

  /** Begins a pass over `range`; the next pass is meant to begin at `keepFrom`. */
  begin(range: DateRange, keepFrom: number): void {
    this.#range = range;
    this.#keepFrom = Math.max(this.#keepFrom, keepFrom); // what was forgotten must not be read again
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
   * @returns Where the next pass can begin, in milliseconds since the Unix epoch.
   */
  finish(): number {
    this.#forget(() => true);
    if (this.#events.size > this.#limit) this.#shrink(() => true);
    return Math.min(this.#keepFrom, this.#range.end);
  }

  /** Moves `keepFrom` so that half the limit remains of the events in `scope`. */
  #shrink(scope: (event: Remembered) => boolean): void {
    const dates = [...this.#events.values()].filter(scope).map(({ at }) => at);
    dates.sort((a, b) => b - a);
    const newest = Math.min(dates[0]!, this.#range.end);
    const middle = dates[this.#limit >> 1]!;
    // The second in the middle is forgotten as a whole, unless it is the newest: half of it could
    // not be told apart.
    this.#keepFrom = Math.max(
      this.#keepFrom,
      Math.min(wholeSecond(middle) + 1_000, wholeSecond(newest)),
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

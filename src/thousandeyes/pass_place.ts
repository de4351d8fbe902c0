import type { DateRange } from "./date_range.ts";
import { identityOf } from "./event_identity.ts";
import { parseDate } from "./parse_date.ts";
import type { UserEvent } from "./user_event.ts";

/** The most events of one second that are kept; with more, the pass cannot be taken up again. */
const MOST_IN_ONE_SECOND = 10_000;

/**
 * How far a pass has come, so that it can be taken up again without its cursor: as long as the dates run
 * one way, what is left is a shorter range, and of what was seen only the events at its end come again.
 */
export class PassPlace {
  #descending = true;
  #ascending = true;
  #dated = true;
  #date: number | undefined;
  #atDate: UserEvent[] = [];
  /** The events at `#date` that will come again, by identity. */
  #again = new Map<string, number>();
  /** Whether the pass was taken up at `#date`. */
  #resumed: "descending" | "ascending" | undefined;
  #resumedAt = 0;

  /** Takes note of an event of the pass, and says whether it was seen before the pass was taken up. */
  isRepeated(event: UserEvent): boolean {
    const date = event.date === undefined ? undefined : parseDate(event.date);
    if (date !== undefined && this.#resumed !== undefined) {
      if (this.#resumed === "descending" ? date > this.#resumedAt : date < this.#resumedAt) {
        return true;
      }
      if (date === this.#resumedAt) {
        const identity = identityOf(event);
        const left = this.#again.get(identity) ?? 0;
        if (left > 0) {
          this.#again.set(identity, left - 1);
          return true;
        }
      }
    }
    this.#note(event, date);
    return false;
  }

  /**
   * Takes the pass up again.
   *
   * @param range The range of the pass so far.
   * @returns What is left to read; `undefined` if the dates do not tell.
   */
  resume(range: DateRange): DateRange | undefined {
    const date = this.#date;
    const ordered = this.#descending || this.#ascending;
    if (date === undefined || !this.#dated || !ordered) return undefined;
    this.#resumed = this.#descending ? "descending" : "ascending";
    this.#resumedAt = date;
    this.#again.clear();
    for (const event of this.#atDate) {
      const identity = identityOf(event);
      this.#again.set(identity, (this.#again.get(identity) ?? 0) + 1);
    }
    return this.#resumed === "descending"
      ? { start: range.start, end: Math.min(range.end, Math.ceil(date / 1_000) * 1_000) }
      : { start: Math.max(range.start, Math.floor(date / 1_000) * 1_000), end: range.end };
  }

  #note(event: UserEvent, date: number | undefined): void {
    if (date === undefined) {
      this.#dated = false;
      return;
    }
    if (this.#date !== undefined && date > this.#date) this.#descending = false;
    if (this.#date !== undefined && date < this.#date) this.#ascending = false;
    if (date !== this.#date) this.#atDate = [];
    this.#date = date;
    if (this.#atDate.length < MOST_IN_ONE_SECOND) this.#atDate.push(event);
    else this.#dated = false;
  }
}

import type { LoadedRows, Row } from "./feed_row.ts";

/** The rows of a feed that pass a filter, kept up to date: only new rows are tested. */
export class MatchingRows<Value> {
  /** Where the rows that pass are, oldest first: `dropped + index` in the feed. */
  places: number[] = [];
  #key: string | undefined;
  #first = 0;
  #next = 0;

  /**
   * Takes in what has changed since the last call.
   *
   * @param log The feed.
   * @param key Names the filter: with another one, every row is tested again.
   * @param passes The filter.
   */
  update(
    log: LoadedRows<Value>,
    key: string,
    passes: (row: Row<Value>) => boolean,
  ): void {
    const { rows, dropped } = log;
    // Rows that were loaded at the front come before those that have been tested.
    const isNew = key !== this.#key || dropped < this.#first;
    this.#first = dropped;
    if (isNew) {
      this.#key = key;
      this.places = [];
      this.#next = dropped;
    }
    const kept = this.places.findIndex((place) => place >= dropped);
    if (kept !== 0) this.places.splice(0, kept < 0 ? this.places.length : kept);
    for (this.#next = Math.max(this.#next, dropped); this.#next < dropped + rows.length;) {
      const row = rows[this.#next - dropped];
      if (row !== undefined && passes(row)) this.places.push(this.#next);
      this.#next++;
    }
  }
}

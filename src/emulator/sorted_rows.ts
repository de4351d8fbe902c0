/**
 * Row numbers sorted by date, then by number. Appending is cheap, and inserting is one memory move.
 */
export class SortedRows {
  #rows = new Uint32Array(1024);
  #length = 0;
  readonly #dateOf: (row: number) => number;

  /** @param dateOf Returns the date of a row in milliseconds, which must never change. */
  constructor(dateOf: (row: number) => number) {
    this.#dateOf = dateOf;
  }

  /** The number of rows. */
  get length(): number {
    return this.#length;
  }

  /** The row at a position, oldest first. */
  at(position: number): number {
    return this.#rows[position]!;
  }

  /** Inserts a row at its place. */
  add(row: number): void {
    if (this.#length === this.#rows.length) {
      const grown = new Uint32Array(this.#length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    const place = this.countBefore(this.#dateOf(row), row);
    if (place < this.#length) this.#rows.copyWithin(place + 1, place, this.#length);
    this.#rows[place] = row;
    this.#length += 1;
  }

  /**
   * Counts the rows before a place in the order.
   *
   * @param date The date, in milliseconds.
   * @param row The place among rows of that date: `-Infinity` is before all of them, `Infinity`
   * after them.
   */
  countBefore(date: number, row: number): number {
    const last = this.#length - 1;
    if (last < 0 || this.#isBefore(last, date, row)) return this.#length;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, date, row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(position: number, date: number, row: number): boolean {
    const there = this.#rows[position]!;
    const dateThere = this.#dateOf(there);
    return dateThere < date || (dateThere === date && there < row);
  }
}

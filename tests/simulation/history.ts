/** The last lines of what happened, to find out why a run failed. */
export class History {
  readonly #lines: string[] = [];
  readonly #max: number;
  readonly #now: () => number;

  /**
   * @param max How many lines are kept; with 0, lines are not even built.
   * @param now The true time.
   */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  /** Notes something. */
  note(line: () => string): void {
    if (this.#max === 0) return;
    if (this.#lines.length >= 2 * this.#max) this.#lines.splice(0, this.#max);
    this.#lines.push(`${new Date(this.#now()).toISOString()} ${line()}`);
  }

  /** The last lines. */
  lines(): readonly string[] {
    return this.#lines.slice(-this.#max);
  }
}

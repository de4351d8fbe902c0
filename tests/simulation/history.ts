/** What happened, for whoever has to find out why: the last of it, and only if it is wanted. */
export class History {
  readonly #lines: string[] = [];
  readonly #most: number;
  readonly #now: () => number;

  /**
   * @param most How many lines are kept; 0 for none, and then no line is even made.
   * @param now The true time.
   */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** Notes something. */
  note(line: () => string): void {
    if (this.#most === 0) return;
    if (this.#lines.length >= 2 * this.#most) this.#lines.splice(0, this.#most);
    this.#lines.push(`${new Date(this.#now()).toISOString()} ${line()}`);
  }

  /** The last lines. */
  lines(): readonly string[] {
    return this.#lines.slice(-this.#most);
  }
}

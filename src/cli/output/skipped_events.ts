import { note } from "./terminal.ts";

/** A file that is not a log at all has nothing but bad lines; the rest of them is only counted. */
const MAX_REPORTED = 100;

/** Reports the events that cannot be read on standard error, and counts them. */
export class SkippedEvents {
  #count = 0;

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds one. */
  readonly add = (place: string, why: string): void => {
    this.#count++;
    if (this.#count > MAX_REPORTED + 1) return;
    note(
      this.#count > MAX_REPORTED
        ? "Events skipped from here on are only counted"
        : `${place}: skipped: ${why}`,
    );
  };
}

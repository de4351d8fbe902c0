import type { Progress } from "./progress.ts";
import { note } from "./terminal.ts";

/** A file that is not a log at all has nothing but bad lines; the rest of them is only counted. */
const MAX_REPORTED = 100;

/** Reports the events that cannot be read on standard error, and counts them. */
export class SkippedEvents {
  readonly #progress: Progress;
  #count = 0;

  /** @param progress The bar that has to make room for a report. */
  constructor(progress: Progress) {
    this.#progress = progress;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds one. */
  readonly add = (place: string, why: string): void => {
    this.#count++;
    if (this.#count > MAX_REPORTED + 1) return;
    this.#progress.clear();
    note(
      this.#count > MAX_REPORTED
        ? "Events skipped from here on are only counted"
        : `${place}: skipped: ${why}`,
    );
  };
}

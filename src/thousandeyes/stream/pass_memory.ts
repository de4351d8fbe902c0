import { identityOf } from "../event/event_identity.ts";
import type { UserEvent } from "../event/user_event.ts";

/**
 * Remembers what a pass has yielded, so that the pass can restart and yield only the rest.
 *
 * Resuming at the last date would be quicker, but the API promises no order, and its cursors look
 * like internal row numbers: one late event with an old date would then hide everything in between.
 */
export class PassMemory {
  readonly #limit: number;
  /** How often each identity was yielded; undefined once there are more events than the limit. */
  #yielded: Map<string, number> | undefined = new Map();
  #size = 0;
  /** After a restart: the events that are still to be seen again. */
  #expected = new Map<string, number>();
  /**
   * The events of the last page, not yet in `#yielded`: most passes have one page and need no
   * memory.
   */
  #lastPage: readonly UserEvent[] = [];

  /** @param limit How many events are remembered at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Filters the events of a page.
   *
   * @returns The events that the pass has not yielded before.
   */
  newOf(events: UserEvent[]): UserEvent[] {
    this.#remember();
    const found = this.#expected.size === 0
      ? events
      : events.filter((event) => !this.#isRepeated(event));
    this.#lastPage = found;
    return found;
  }

  /**
   * Restarts the pass.
   *
   * @returns False if there were too many events to remember, so that a restart would repeat some.
   */
  restart(): boolean {
    this.#remember();
    this.#expected = new Map(this.#yielded);
    return this.#yielded !== undefined;
  }

  #isRepeated(event: UserEvent): boolean {
    const identity = identityOf(event);
    const left = this.#expected.get(identity);
    if (left === undefined) return false;
    if (left === 1) this.#expected.delete(identity);
    else this.#expected.set(identity, left - 1);
    return true;
  }

  #remember(): void {
    this.#size += this.#lastPage.length;
    if (this.#size > this.#limit) this.#yielded = undefined;
    if (this.#yielded === undefined) return;
    for (const event of this.#lastPage) {
      const identity = identityOf(event);
      this.#yielded.set(identity, (this.#yielded.get(identity) ?? 0) + 1);
    }
    this.#lastPage = [];
  }
}

import { identityOf } from "../event/event_identity.ts";
import type { UserEvent } from "../event/user_event.ts";

/**
 * What a pass has given so far, so that it can be read again from its start and give only the rest.
 *
 * Reading on from the last date would be quicker, but the API promises no order, and its cursors look like
 * internal row numbers: one late event with an old date would then hide all that lies between.
 */
export class PassMemory {
  readonly #limit: number;
  /** Undefined once the pass has given more than the limit. */
  #given: Map<string, number> | undefined = new Map();
  #size = 0;
  /** What comes again, and has not come yet. */
  #again = new Map<string, number>();
  /** The events of the last page, not yet in `#given`: most passes have one page, and need no memory. */
  #lastPage: readonly UserEvent[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes note of a page.
   *
   * @returns Those of its events that the pass has not given.
   */
  freshOf(events: UserEvent[]): UserEvent[] {
    this.#takeIn();
    const fresh = this.#again.size === 0
      ? events
      : events.filter((event) => !this.#comesAgain(event));
    this.#lastPage = fresh;
    return fresh;
  }

  /**
   * Begins the pass again.
   *
   * @returns Whether what was given is still known.
   */
  restart(): boolean {
    this.#takeIn();
    this.#again = new Map(this.#given);
    return this.#given !== undefined;
  }

  #comesAgain(event: UserEvent): boolean {
    const identity = identityOf(event);
    const left = this.#again.get(identity);
    if (left === undefined) return false;
    if (left === 1) this.#again.delete(identity);
    else this.#again.set(identity, left - 1);
    return true;
  }

  #takeIn(): void {
    this.#size += this.#lastPage.length;
    if (this.#size > this.#limit) this.#given = undefined;
    if (this.#given === undefined) return;
    for (const event of this.#lastPage) {
      const identity = identityOf(event);
      this.#given.set(identity, (this.#given.get(identity) ?? 0) + 1);
    }
    this.#lastPage = [];
  }
}

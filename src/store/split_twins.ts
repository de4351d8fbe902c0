import { identityOf } from "../thousandeyes/event_identity.ts";
import type { UserEvent } from "../thousandeyes/user_event.ts";
import { hashText } from "./hash_text.ts";

/**
 * Decides about twins that stand on another page than their like: a page boundary may have split them, or the pages
 * have shifted and show one event twice. Only a second look can tell, so they are held for it.
 *
 * What a single page shows is trusted: an event that it shows k times is there k times.
 */
export class SplitTwins {
  /** How many were held, by a hash of the identity. */
  readonly held = new Map<number, number>();
  /** The dates of those, in milliseconds since the Unix epoch. */
  readonly heldAt: (number | null)[] = [];
  /** How many were let through because an earlier pass has held them, by the same hash. */
  readonly spent = new Map<number, number>();
  readonly #confirmed: ReadonlyMap<number, number> | undefined;

  /** @param confirmed How many may be let through, by the same hash; undefined for all. */
  constructor(confirmed: ReadonlyMap<number, number> | undefined) {
    this.#confirmed = confirmed;
  }

  /**
   * Whether an event has to wait, of which every equal row is taken already.
   *
   * @param event The event.
   * @param at Its date in milliseconds since the Unix epoch.
   * @param onThisPage How many times this page has shown it, this one included, those that were held left out.
   * @param rows How many equal rows there are.
   */
  holds(event: UserEvent, at: number | null, onThisPage: number, rows: number): boolean {
    if (this.#confirmed === undefined || rows === 0) return false;
    const key = hashText(identityOf(event)); // not the hash of the row, which others may share
    const held = this.held.get(key) ?? 0;
    if (onThisPage + held > rows) return false;
    const spent = this.spent.get(key) ?? 0;
    if (spent < (this.#confirmed.get(key) ?? 0)) {
      this.spent.set(key, spent + 1);
      return false;
    }
    this.held.set(key, held + 1);
    this.heldAt.push(at);
    return true;
  }
}

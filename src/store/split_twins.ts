import { identityOf } from "../thousandeyes/event/event_identity.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { hashText } from "./hash_text.ts";

/** What an earlier pass over the same range has seen, which this one may confirm. */
export interface EarlierPass {
  /** The rows that stood for events of its pages. */
  readonly taken: ReadonlySet<number>;
  /** How many twins of each identity it has held, by a hash of it. */
  readonly held: ReadonlyMap<number, number>;
}

/**
 * Decides about twins that stand on another page than their like: a page boundary may have split them, or the pages
 * have shifted and show one event twice. Only a second look can tell, so they are held for it.
 *
 * What a single page shows is trusted: an event that it shows k times is there k times. And what two passes have seen k
 * times is there k times, whoever has recorded it meanwhile.
 */
export class SplitTwins {
  /** How many were held, by a hash of the identity. */
  readonly held = new Map<number, number>();
  /** The dates of those, in milliseconds since the Unix epoch. */
  readonly heldAt: (number | null)[] = [];
  readonly #earlier: EarlierPass | undefined;

  /** @param earlier The pass that this one confirms; undefined where every twin is taken for true. */
  constructor(earlier: EarlierPass | undefined) {
    this.#earlier = earlier;
  }

  /**
   * Whether an event has to wait, of which every equal row is taken already.
   *
   * @param event The event.
   * @param at Its date in milliseconds since the Unix epoch.
   * @param onThisPage How many times this page has shown it, this one included, those that were held left out.
   * @param rows The equal rows.
   */
  holds(event: UserEvent, at: number | null, onThisPage: number, rows: readonly number[]): boolean {
    if (this.#earlier === undefined || rows.length === 0) return false;
    const key = hashText(identityOf(event)); // not the hash of the row, which others may share
    const held = this.held.get(key) ?? 0;
    if (onThisPage + held > rows.length) return false;
    const { taken } = this.#earlier;
    // The rows that have come since are twins that the earlier pass had held, by this pass or by another reader.
    const since = rows.filter((seq) => !taken.has(seq)).length;
    if (since < (this.#earlier.held.get(key) ?? 0)) return false;
    this.held.set(key, held + 1);
    this.heldAt.push(at);
    return true;
  }
}

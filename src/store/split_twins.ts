import { identityOf } from "../thousandeyes/event/event_identity.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { hashText } from "./hash_text.ts";

/** Rows that stand for events of a pass: a `SeqSet`, or a set of their numbers. */
export type SeenSeqs = Pick<ReadonlySet<number>, "has">;

/** What an earlier pass over the same range has seen, which the current pass may confirm. */
export interface EarlierPass {
  /** The rows that stood for events of its pages. */
  readonly taken: SeenSeqs;
  /** How many twins it has held, by a hash of their identity. */
  readonly held: ReadonlyMap<number, number>;
}

/**
 * Decides about twins on different pages: a page boundary may have separated them, or the pages may
 * have shifted and show one event twice. Only a second pass can tell, so they are held back for it.
 *
 * A single page is trusted: an event that it shows k times exists k times. And an event that two
 * passes have seen k times exists k times, no matter which of them recorded it.
 */
export class SplitTwins {
  /** How many were held, by a hash of their identity. */
  readonly held = new Map<number, number>();
  /** Their dates, in milliseconds since the Unix epoch. */
  readonly heldAt: (number | null)[] = [];
  readonly #earlier: EarlierPass | undefined;

  /** @param earlier The pass that this one confirms; undefined if every twin is to be recorded. */
  constructor(earlier: EarlierPass | undefined) {
    this.#earlier = earlier;
  }

  /**
   * Whether an event has to be held, all of whose equal rows are already taken.
   *
   * @param event The event.
   * @param at Its date in milliseconds since the Unix epoch.
   * @param onThisPage How many times this page has shown it so far, including this time, except
   *   those held.
   * @param rows The equal rows.
   */
  holds(event: UserEvent, at: number | null, onThisPage: number, rows: readonly number[]): boolean {
    if (this.#earlier === undefined || rows.length === 0) return false;
    const key = hashText(identityOf(event)); // not the row's hash, which other events may share
    const held = this.held.get(key) ?? 0;
    if (onThisPage + held > rows.length) return false;
    const { taken } = this.#earlier;
    // Rows added since are twins that the earlier pass had held, recorded by this pass or by
    // another reader.
    const since = rows.filter((seq) => !taken.has(seq)).length;
    if (since < (this.#earlier.held.get(key) ?? 0)) return false;
    this.held.set(key, held + 1);
    this.heldAt.push(at);
    return true;
  }
}

/**
 * Counts the streams that are open, and lets no more in than there is room for: each costs timers and
 * connections of the very process that collects.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Seats } from "./stream_limit.ts";
 *
 * const seats = new Seats(1);
 * const leave = seats.take();
 * assertEquals([seats.taken, seats.take()], [1, undefined]);
 * leave?.();
 * leave?.(); // the second time nothing is left to be given back
 * assertEquals(seats.taken, 0);
 * ```
 */
export class Seats {
  /** How many there are. */
  readonly most: number;
  #taken = 0;

  /** @param most How many streams may be open at a time. */
  constructor(most: number) {
    this.most = most;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes a seat; what it gives back leaves it again. Undefined if there is none left. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.most) return undefined;
    this.#taken++;
    let isMine = true;
    return () => {
      if (isMine) this.#taken--;
      isMine = false;
    };
  }
}

/**
 * Limits how many streams are open at a time: each costs timers and connections of the very process
 * that collects events.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { StreamLimit } from "./stream_limit.ts";
 *
 * const streams = new StreamLimit(1);
 * const release = streams.acquire();
 * assertEquals([streams.open, streams.acquire()], [1, undefined]);
 * release?.();
 * release?.(); // a second call changes nothing
 * assertEquals(streams.open, 0);
 * ```
 */
export class StreamLimit {
  /** How many streams may be open at a time. */
  readonly max: number;
  #open = 0;

  /** @param max How many streams may be open at a time. */
  constructor(max: number) {
    this.max = max;
  }

  /** How many streams are open. */
  get open(): number {
    return this.#open;
  }

  /**
   * Counts one more stream.
   *
   * @returns A function that counts it as closed, or undefined if the limit is reached.
   */
  acquire(): (() => void) | undefined {
    if (this.#open >= this.max) return undefined;
    this.#open++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#open--;
      isHeld = false;
    };
  }
}

/**
 * A random delay between zero and an exponentially growing maximum, so that clients that failed
 * together do not retry together.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fullJitter } from "./full_jitter.ts";
 *
 * assertEquals(fullJitter({ attempt: 3, baseMs: 500, capMs: 30_000, random: () => 0.5 }), 1_000);
 * ```
 *
 * @param options `attempt` counts from 1; `baseMs` is the first maximum and `capMs` the last;
 * `random` gives [0, 1).
 * @returns Milliseconds to wait before the next attempt.
 */
export function fullJitter(
  { attempt, baseMs, capMs, random }: {
    attempt: number;
    baseMs: number;
    capMs: number;
    random: () => number;
  },
): number {
  return random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}

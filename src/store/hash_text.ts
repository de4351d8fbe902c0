/**
 * A fast 53-bit hash that only finds candidates: equal strings have equal hashes, and strings with
 * equal hashes are still compared. It does not resist attackers, who can at worst make a lookup
 * slower.
 *
 * @example
 * ```ts
 * import { assert, assertEquals, assertNotEquals } from "@std/assert";
 * import { hashText } from "./hash_text.ts";
 *
 * assertEquals(hashText("Login failed."), hashText("Login failed."));
 * assertNotEquals(hashText("Login failed."), hashText("Login failed"));
 * assert(Number.isSafeInteger(hashText("")));
 * ```
 *
 * @param text Any string.
 * @returns A whole number from 0 to 2^53 - 1; it is stored, so it must never change.
 */
export function hashText(text: string): number {
  let low = 0x2545f491;
  let high = 0x6c078965;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul((high << 5 | high >>> 27) ^ unit, 0x5bd1e995);
  }
  low = Math.imul(low ^ low >>> 16 ^ high, 0x7feb352d);
  high = Math.imul(high ^ high >>> 15 ^ low >>> 13, 0x846ca68b);
  return ((high ^ high >>> 16) & 0x1fffff) * 0x1_0000_0000 + ((low ^ low >>> 15) >>> 0);
}

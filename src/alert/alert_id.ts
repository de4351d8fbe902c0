import { sha256 } from "@noble/hashes/sha2.js";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const utf8 = new TextEncoder();

/** The name of the source where there is no other. */
export const DEFAULT_SOURCE = "default";

/**
 * The id of an alert: the same rule, event and occurrence always give the same id, wherever it is
 * computed. It is also the `webhook-id`, so it holds no dot (Standard Webhooks signs
 * `id.timestamp.body`).
 *
 * @example
 * ```ts
 * import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
 * import { alertId } from "./alert_id.ts";
 *
 * const id = alertId("login-failed", '["1234",null,1700000000000]', 1);
 * assertMatch(id, /^[a-z2-7]{32}$/);
 * assertEquals(id, alertId("login-failed", '["1234",null,1700000000000]', 1));
 * assertNotEquals(id, alertId("login-failed", '["1234",null,1700000000000]', 2));
 * ```
 *
 * @param ruleId The rule's id.
 * @param identity The event's identity; see `identityOf()`.
 * @param occurrence Which of the equal events this is, counted from 1.
 * @param source The name of the source: several may have the same event. Default `DEFAULT_SOURCE`.
 * @returns 32 characters of lower-case base32: the first 20 bytes of a SHA-256 digest.
 */
export function alertId(
  ruleId: string,
  identity: string,
  occurrence: number,
  source: string = DEFAULT_SOURCE,
): string {
  const parts = [ruleId, identity, occurrence, ...(source === DEFAULT_SOURCE ? [] : [source])];
  // A JSON array keeps the parts apart: ("a", "bc") and ("ab", "c") differ.
  const hash = sha256(utf8.encode(JSON.stringify(parts)));
  let id = "";
  let bits = 0;
  let held = 0;
  for (const byte of hash.subarray(0, 20)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return id;
}

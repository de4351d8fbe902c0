import { sha256 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();

/**
 * The SHA-256 of a string in UTF-8: what `printf %s "$TEXT" | sha256sum` prints.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sha256Hex } from "./sha256_hex.ts";
 *
 * assertEquals(sha256Hex("").slice(0, 16), "e3b0c44298fc1c14");
 * ```
 *
 * @param text The string.
 * @returns 64 hexadecimal digits.
 */
export function sha256Hex(text: string): string {
  return Array.from(sha256(utf8.encode(text)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

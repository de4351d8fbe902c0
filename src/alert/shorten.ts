const utf8 = new TextEncoder();

/** How much is kept. */
export interface ShortenOptions {
  /** The most UTF-16 units of one text. */
  readonly text: number;
  /** The most members of one list or object. */
  readonly members: number;
  /** How deep lists and objects may be nested. */
  readonly depth: number;
}

/**
 * Copies a JSON value with its long texts, long lists and deep nesting cut, each with a visible mark of how
 * much is missing. No character is halved.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shorten } from "./shorten.ts";
 *
 * assertEquals(shorten({ name: "abcdef", list: [1, 2, 3] }, { text: 4, members: 2, depth: 2 }), {
 *   name: "abcd… cut, 2 more characters",
 *   list: [1, 2, "… cut, 1 more"],
 * });
 * ```
 *
 * @param value The value; what is neither text, list nor object is kept as it is.
 * @param options How much is kept.
 * @returns The copy.
 */
export function shorten(value: unknown, options: ShortenOptions): unknown {
  if (typeof value === "string") return shortenText(value, options.text);
  if (typeof value !== "object" || value === null) return value;
  const { members: most, depth } = options;
  if (depth <= 0) return "… cut";
  const inner = { ...options, depth: depth - 1 };
  if (Array.isArray(value)) {
    const kept = value.slice(0, most).map((member) => shorten(member, inner));
    if (value.length > most) kept.push(`… cut, ${value.length - most} more`);
    return kept;
  }
  const members = Object.entries(value);
  const kept = members.slice(0, most)
    .map(([name, member]) => [shortenText(name, options.text), shorten(member, inner)]);
  if (members.length > most) kept.push(["… cut", `${members.length - most} more`]);
  return Object.fromEntries(kept);
}

function shortenText(text: string, most: number): string {
  if (text.length <= most) return text;
  const isHalf = text.charCodeAt(most - 1) >= 0xd800 && text.charCodeAt(most - 1) <= 0xdbff;
  const end = isHalf ? most - 1 : most;
  return `${text.slice(0, end)}… cut, ${text.length - end} more characters`;
}

/**
 * Whether a string takes more than a number of bytes in UTF-8.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isLarger } from "./shorten.ts";
 *
 * assert(isLarger("ää", 3));
 * assert(!isLarger("ää", 4));
 * ```
 *
 * @param text The string.
 * @param maxBytes The number of bytes.
 * @returns True if it takes more.
 */
export function isLarger(text: string, maxBytes: number): boolean {
  // No UTF-16 unit takes more than three bytes, so most strings need not be encoded to be measured.
  return text.length * 3 > maxBytes && utf8.encode(text).length > maxBytes;
}

const utf8 = new TextEncoder();

/** How much is kept. */
export interface ShortenOptions {
  /** The maximum length of a string, in UTF-16 units. */
  readonly text: number;
  /** The maximum number of members of a list or object. */
  readonly members: number;
  /** The maximum depth of nested lists and objects. */
  readonly depth: number;
}

/**
 * Copies a JSON value with long strings, long lists and deep nesting cut, each with a visible note
 * of how much is missing. No character is split.
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
 * @param value The value; anything but a string, list or object is kept as it is.
 * @param options How much is kept.
 * @returns The copy.
 */
export function shorten(value: unknown, options: ShortenOptions): unknown {
  if (typeof value === "string") return shortenText(value, options.text);
  if (typeof value !== "object" || value === null) return value;
  const { members: max, depth } = options;
  if (depth <= 0) return "… cut";
  const inner = { ...options, depth: depth - 1 };
  if (Array.isArray(value)) {
    const kept = value.slice(0, max).map((member) => shorten(member, inner));
    if (value.length > max) kept.push(`… cut, ${value.length - max} more`);
    return kept;
  }
  const members = Object.entries(value);
  const kept = members.slice(0, max)
    .map(([name, member]) => [shortenText(name, options.text), shorten(member, inner)]);
  if (members.length > max) kept.push(["… cut", `${members.length - max} more`]);
  return Object.fromEntries(kept);
}

/**
 * Cuts a long string, with a note of how much is missing.
 *
 * @param text The string.
 * @param max The maximum length that is kept, in UTF-16 units; no character is split.
 * @returns The string, or its beginning with the note.
 */
export function shortenText(text: string, max: number): string {
  if (text.length <= max) return text;
  const isHalf = text.charCodeAt(max - 1) >= 0xd800 && text.charCodeAt(max - 1) <= 0xdbff;
  const end = isHalf ? max - 1 : max;
  return `${text.slice(0, end)}… cut, ${text.length - end} more characters`;
}

/** Tried in order until a value fits. */
const CUTS: readonly ShortenOptions[] = [
  { text: 4_096, members: 200, depth: 8 },
  { text: 1_024, members: 50, depth: 8 },
  { text: 256, members: 16, depth: 8 },
  { text: 64, members: 16, depth: 6 },
];

/**
 * Copies a JSON value with as little cut as is needed for a size.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shortenToFit } from "./shorten.ts";
 *
 * assertEquals(shortenToFit({ name: "a" }, (short) => JSON.stringify(short).length < 100), { name: "a" });
 * assertEquals(shortenToFit("a", () => false), undefined);
 * ```
 *
 * @param value The value.
 * @param fits Whether a copy is small enough.
 * @returns The first copy that fits; undefined if none does.
 */
export function shortenToFit(value: unknown, fits: (short: unknown) => boolean): unknown {
  for (const cut of CUTS) {
    const short = shorten(value, cut);
    if (fits(short)) return short;
  }
  return undefined;
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

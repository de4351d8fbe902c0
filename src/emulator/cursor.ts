/** Where a page continues, as the API encodes it in its opaque cursor. */
export interface Cursor {
  /** The id of the last row sent; zero before the first. */
  readonly offset: number;
  /** Whether an empty page was already sent here (fault mode `empty-pages`). */
  readonly paused: boolean;
}

/**
 * Encodes a cursor as in captured bodies: base64 of `offset=<row id>`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeCursor } from "./cursor.ts";
 *
 * assertEquals(encodeCursor({ offset: 55018380, paused: false }), "b2Zmc2V0PTU1MDE4Mzgw");
 * ```
 *
 * @param cursor The place; its offset is a whole number.
 * @returns Base64, not yet escaped for a URL.
 */
export function encodeCursor(cursor: Cursor): string {
  return btoa(`offset=${cursor.offset}${cursor.paused ? "&paused" : ""}`);
}

/**
 * Decodes a cursor.
 *
 * @param text Base64, as in the query.
 * @returns The place, or `undefined` if it is not a valid cursor.
 */
export function decodeCursor(text: string): Cursor | undefined {
  let plain: string;
  try {
    plain = atob(text);
  } catch {
    return undefined;
  }
  const found = /^offset=(-?\d{1,15})(&paused)?$/.exec(plain);
  return found === null ? undefined : { offset: Number(found[1]), paused: found[2] !== undefined };
}

/** Where a page goes on, as the API's opaque cursor carries it. */
export interface Cursor {
  /** The id of the last row sent; zero before the first. */
  readonly offset: number;
  /** An empty page was already given at this place (fault mode `empty-pages`). */
  readonly paused: boolean;
}

/**
 * Writes a cursor as captured bodies do: base64 of `offset=<row id>`.
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
 * @returns Base64 text, not yet escaped for a URL.
 */
export function encodeCursor(cursor: Cursor): string {
  return btoa(`offset=${cursor.offset}${cursor.paused ? "&paused" : ""}`);
}

/**
 * Reads a cursor.
 *
 * @param text Base64 text as it stood in the query.
 * @returns The place, or `undefined` for text that the API never gave out.
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

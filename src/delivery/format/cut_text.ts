/** Ends every text that was cut. */
export const CUT_NOTE = "… cut";

const utf8 = new TextEncoder();

/** How a text is measured, and what becomes of it. */
export interface CutTextOptions {
  /** What is written for a text, such as the text escaped; default the text itself. */
  readonly write?: (text: string) => string;
  /**
   * The size of what is written; default in UTF-16 units. A receiver that counts code points or
   * letters counts no more than those.
   */
  readonly sizeOf?: (written: string) => number;
}

/**
 * Writes a text, cut with a visible note if what is written would be too large. No character is
 * split: no pair of surrogates, no letter from its accents, and nothing that the escaping makes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cutText } from "./cut_text.ts";
 *
 * assertEquals(cutText("Ana Diaz", 8), "Ana Diaz");
 * assertEquals(cutText("Ana Maria Diaz", 10), "Ana M… cut");
 * const write = (text: string) => text.replaceAll("<", "&lt;");
 * assertEquals(cutText("<<<<<<", 16, { write }), "&lt;&lt;… cut");
 * ```
 *
 * @param text The text, well-formed.
 * @param max The maximum size of what is written, in UTF-16 units unless `sizeOf` says otherwise.
 * @param options How it is written and measured.
 * @returns What is written for the text, or for its beginning and the note; empty if there is no
 *   room for the note.
 */
export function cutText(
  text: string,
  max: number,
  { write = (text) => text, sizeOf = (written) => written.length }: CutTextOptions = {},
): string {
  const whole = write(text);
  if (sizeOf(whole) <= max) return whole;
  const beginning = (end: number) => write(text.slice(0, end).toWellFormed() + CUT_NOTE);
  if (sizeOf(beginning(0)) > max) return "";
  let [fits, isOver] = [0, text.length];
  while (isOver - fits > 1) {
    const middle = (fits + isOver) >> 1;
    if (sizeOf(beginning(middle)) <= max) fits = middle;
    else isOver = middle;
  }
  return beginning(lastBoundary(text, fits));
}

/**
 * The size of a text in UTF-8.
 *
 * @param text The text.
 * @returns The number of bytes.
 */
export function sizeInBytes(text: string): number {
  return utf8.encode(text).length;
}

/** How long a letter can be before it is split all the same, in UTF-16 units. */
const LONG_LETTER = 32;

/** The last place up to `end` that is between two letters; between two code points in a long one. */
function lastBoundary(text: string, end: number): number {
  const letters = new Intl.Segmenter("en", { granularity: "grapheme" });
  const letter = letters.segment(text).containing(end);
  if (letter !== undefined && letter.segment.length <= LONG_LETTER) return letter.index;
  return /[\ud800-\udbff]$/.test(text.slice(0, end)) ? end - 1 : end;
}

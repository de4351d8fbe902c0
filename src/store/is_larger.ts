/**
 * Whether a text takes more than so many bytes in UTF-8.
 *
 * @param text The text.
 * @param most The most bytes.
 */
export function isLarger(text: string, most: number): boolean {
  // No UTF-16 unit takes more than three bytes, so the bytes seldom have to be counted.
  return text.length * 3 > most && new TextEncoder().encode(text).length > most;
}

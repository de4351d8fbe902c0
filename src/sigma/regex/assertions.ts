/** What is beside a position in a text, as far as an assertion can tell. */
export const Side = { other: 0, word: 1, lineBreak: 2, edge: 3 } as const;

/** What can be asserted of a position, as a set of bits. */
export const Assertion = {
  lineStart: 1,
  lineEnd: 2,
  textStart: 4,
  textEnd: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const;

const LINES = Assertion.lineStart | Assertion.lineEnd;
const WORDS = Assertion.wordBoundary | Assertion.noWordBoundary;

/** Every assertion that holds at a position between two sides. */
export function assertionsAt(before: number, after: number): number {
  let holds = 0;
  if (before === Side.edge) holds |= Assertion.textStart | Assertion.lineStart;
  if (before === Side.lineBreak) holds |= Assertion.lineStart;
  if (after === Side.edge) holds |= Assertion.textEnd | Assertion.lineEnd;
  if (after === Side.lineBreak) holds |= Assertion.lineEnd;
  const isBoundary = (before === Side.word) !== (after === Side.word);
  return holds | (isBoundary ? Assertion.wordBoundary : Assertion.noWordBoundary);
}

/** Where the sides change, as far as a pattern asks; ascending. */
export function sideBounds(asked: number): number[] {
  return [
    ...((asked & LINES) !== 0 ? [10, 11] : []),
    ...((asked & WORDS) !== 0 ? [48, 58, 65, 91, 95, 96, 97, 123] : []),
  ];
}

/**
 * The side that a code point is, as far as a pattern asks.
 *
 * @param asked What the pattern asserts.
 */
export function sideOf(rune: number, asked: number): number {
  if (rune === 10 && (asked & LINES) !== 0) return Side.lineBreak;
  if ((asked & WORDS) === 0) return Side.other;
  const isWord = (rune >= 97 && rune <= 122) || (rune >= 65 && rune <= 90) ||
    (rune >= 48 && rune <= 57) || rune === 95;
  return isWord ? Side.word : Side.other;
}

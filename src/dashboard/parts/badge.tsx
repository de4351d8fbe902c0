/**
 * A word with the colour that goes with it; the colour never says anything alone.
 *
 * @param props `word`: a level, a state or a health.
 * @returns The element.
 */
export function Badge({ word }: { word: string }) {
  return <span class="badge" data-word={word}>{word}</span>;
}

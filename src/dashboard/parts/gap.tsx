/**
 * A row that stands for entries that this reader never sees.
 *
 * @param props `lost`: how many entries are lost; null if that is unknown.
 * @returns The element.
 */
export function Gap({ lost }: { lost: number | null }) {
  return (
    <span class="gap">
      {lost === null
        ? "Gap: the log was started anew; what follows is all that it holds."
        : `Gap: ${lost.toLocaleString()} entries were removed before they could be read.`}
    </span>
  );
}

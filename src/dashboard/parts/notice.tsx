/**
 * Something that went wrong, told to screen readers at once; nothing if the text is empty.
 *
 * @param props `text`: what, and what to do.
 * @returns The element.
 */
export function Notice({ text }: { text: string }) {
  return text === "" ? null : <p class="notice" role="alert">{text}</p>;
}

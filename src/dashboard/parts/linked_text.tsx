/**
 * Text of a rule, in which the addresses of web pages are links. Whatever else looks like an address
 * stays text.
 *
 * @param props `text`: the text.
 * @returns The element.
 */
export function LinkedText({ text }: { text: string }) {
  // Every second part is an address; what ends a sentence is no part of it.
  const parts = text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0
          ? part
          : <a key={index} href={part} target="_blank" rel="noopener noreferrer">{part}</a>
      )}
    </>
  );
}

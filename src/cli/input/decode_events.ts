/**
 * Decodes the text of an event file: UTF-8, or UTF-16 as Windows tools write it. JSON begins with an
 * ASCII character, so its first two bytes tell which, with a byte order mark or without.
 *
 * @param bytes The file.
 * @returns The text without its byte order mark, as it arrives.
 */
export async function* decodeEvents(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let first: number[] = [];
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value = new Uint8Array() } = await reader.read();
      if (decoder) {
        const text = decoder.decode(value, { stream: !done });
        if (text !== "") yield text;
      } else if (first.length + value.length >= 2 || done) {
        const start = Uint8Array.from([...first, ...value.subarray(0, 2)]);
        const known = new TextDecoder(encodingOf(start));
        decoder = known;
        const text = known.decode(Uint8Array.from(first), { stream: true }) +
          known.decode(value, { stream: !done });
        if (text !== "") yield text;
      } else first = [...first, ...value];
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0 && second !== 0 && second !== undefined) return "utf-16be";
  return first !== 0 && second === 0 ? "utf-16le" : "utf-8";
}

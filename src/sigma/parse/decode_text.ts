/** Bytes that are not UTF-8, and the text as far as it can be read. */
export interface Undecodable {
  /** The text with U+FFFD for each invalid byte. */
  text: string;
  /** What is wrong, in one sentence. */
  message: string;
  /** The offset in the text. */
  at: number;
}

/**
 * Decodes the bytes of a file; a rule with replaced bytes would load and never match.
 *
 * @param bytes UTF-8, with or without a byte order mark.
 * @returns The text, or where it is not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string | Undecodable {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { text, message: "The file is UTF-16, and Sigma rules are UTF-8", at: 0 };
  }
  const encoder = new TextEncoder();
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at + 1)) {
    offset += encoder.encode(text.slice(from, at)).length;
    // The character itself is valid UTF-8.
    const isWritten = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf &&
      bytes[offset + 2] === 0xbd;
    if (!isWritten) {
      const byte = bytes[offset]!.toString(16).toUpperCase().padStart(2, "0");
      return {
        text,
        message: `The file is not UTF-8: invalid byte 0x${byte} at offset ${offset}`,
        at,
      };
    }
    from = at;
  }
  return text;
}

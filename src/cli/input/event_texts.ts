import { TextLineStream } from "../../stream/std_streams.ts";
import { jsonArrayItems } from "./json_array_items.ts";

/** One event as text, not parsed yet. */
export interface EventText {
  /** Its line, or its place in a JSON array; from 1. */
  readonly number: number;
  /** The text. */
  readonly text: string;
}

/** The most characters of one event: a file without line ends is not read into memory whole. */
export const LONGEST_EVENT = 16 * 1024 * 1024;

/**
 * Reads events from bytes as they arrive: one JSON object on each line (NDJSON), or one JSON array.
 *
 * @param bytes UTF-8 text; a byte order mark is skipped.
 * @param longest The most characters of one event.
 * @returns The events' texts in order, blank lines left out but counted.
 * @throws {RangeError} If an event is longer, or an array has no end.
 */
export async function* eventTexts(
  bytes: ReadableStream<Uint8Array>,
  longest = LONGEST_EVENT,
): AsyncGenerator<EventText> {
  const reader = bytes.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .getReader();
  try {
    const head: string[] = [];
    // The first two characters that are not blank tell an array from lines, as in `[{`.
    while (!/^\s*(\S\s*\S|[^\s[])/.test(head.join(""))) {
      const { done, value } = await reader.read();
      if (done) break;
      head.push(value);
      if (head.length > 1_000) break;
    }
    const chunks = chunksOf(head, reader);
    if (/^\s*\[\s*([{\]]|$)/.test(head.join(""))) yield* items(chunks, longest);
    else yield* lines(chunks, longest);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* chunksOf(
  head: readonly string[],
  reader: ReadableStreamDefaultReader<string>,
): AsyncGenerator<string> {
  yield* head;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* items(chunks: AsyncIterable<string>, longest: number): AsyncGenerator<EventText> {
  let number = 0;
  for await (const text of jsonArrayItems(chunks, longest)) yield { number: ++number, text };
}

async function* lines(chunks: AsyncIterable<string>, longest: number): AsyncGenerator<EventText> {
  let number = 0;
  const stream = ReadableStream.from(bounded(chunks, longest)).pipeThrough(new TextLineStream());
  for await (const text of stream) {
    number++;
    if (text.trim() !== "") yield { number, text };
  }
}

/** Ends with an error before a line gets too long for memory: TextLineStream itself has no bound. */
async function* bounded(chunks: AsyncIterable<string>, longest: number): AsyncGenerator<string> {
  let length = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf("\n");
    length = end < 0 ? length + chunk.length : chunk.length - end - 1;
    if (length > longest) {
      throw new RangeError(`Cannot read events: one is longer than ${longest} characters`);
    }
    yield chunk;
  }
}

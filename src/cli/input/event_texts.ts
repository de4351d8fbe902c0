import { TextLineStream } from "../../stream/std_streams.ts";
import { jsonArrayItems } from "./json_array_items.ts";

/** One event as text, not parsed yet. */
export interface EventText {
  /** Its line, or its position in a JSON array; from 1. */
  readonly number: number;
  /** Its text. */
  readonly text: string;
}

/**
 * The maximum characters of one event, so that a file without line ends does not fill the memory.
 */
export const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/**
 * Reads events from bytes as they arrive: one JSON object on each line (NDJSON), or one JSON array.
 *
 * @param bytes UTF-8 text; a byte order mark is skipped.
 * @param maxLength The maximum characters of one event.
 * @returns The text of each event in order; blank lines are skipped but counted.
 * @throws {RangeError} If an event is longer, or an array is incomplete.
 */
export async function* eventTexts(
  bytes: ReadableStream<Uint8Array>,
  maxLength = MAX_EVENT_LENGTH,
): AsyncGenerator<EventText> {
  const reader = bytes.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .getReader();
  try {
    const head: string[] = [];
    // The first two characters that are not blank, such as `[{`, tell an array from lines.
    while (!/^\s*(\S\s*\S|[^\s[])/.test(head.join(""))) {
      const { done, value } = await reader.read();
      if (done) break;
      head.push(value);
      if (head.length > 1_000) break;
    }
    const chunks = chunksOf(head, reader);
    if (/^\s*\[\s*([{\]]|$)/.test(head.join(""))) yield* items(chunks, maxLength);
    else yield* lines(chunks, maxLength);
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

async function* items(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<EventText> {
  let number = 0;
  for await (const text of jsonArrayItems(chunks, maxLength)) yield { number: ++number, text };
}

async function* lines(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<EventText> {
  let number = 0;
  const stream = ReadableStream.from(bounded(chunks, maxLength)).pipeThrough(new TextLineStream());
  for await (const text of stream) {
    number++;
    if (text.trim() !== "") yield { number, text };
  }
}

/** Throws before a line gets too long for memory: TextLineStream itself has no limit. */
async function* bounded(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<string> {
  let length = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf("\n");
    length = end < 0 ? length + chunk.length : chunk.length - end - 1;
    if (length > maxLength) {
      throw new RangeError(`Cannot read events: one is longer than ${maxLength} characters`);
    }
    yield chunk;
  }
}

import { TextLineStream } from "../../stream/std_streams.ts";
import { decodeEvents } from "./decode_events.ts";
import { jsonArrayItems } from "./json_array_items.ts";
import { isSpreadOut, jsonValues } from "./json_values.ts";

/** One event, or several in an envelope, as text that is not parsed yet. */
export interface EventText {
  /** Its line, or its position in a JSON array; from 1. */
  readonly number: number;
  /** Its text. */
  readonly text: string;
}

/**
 * The maximum characters of one event, so that a file without line ends does not fill the memory.
 */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/** A first line that is longer is a line of its own, whatever comes next. */
const MAX_HEAD_LENGTH = 64 * 1024;

/**
 * Reads events from bytes as they arrive: one JSON object on each line (NDJSON), one JSON array, or
 * objects that go over several lines.
 *
 * @param bytes UTF-8 or UTF-16 text; a byte order mark is skipped.
 * @param maxLength The maximum characters of one event.
 * @returns The text of each event in order; blank lines are skipped but counted.
 * @throws {RangeError} If an event is longer, or an array is incomplete.
 */
export async function* eventTexts(
  bytes: ReadableStream<Uint8Array>,
  maxLength = MAX_EVENT_LENGTH,
): AsyncGenerator<EventText> {
  const text = decodeEvents(bytes);
  try {
    const { form, head } = await formOf(text, Math.min(MAX_HEAD_LENGTH, maxLength));
    const chunks = chunksOf(head, text);
    if (form === "array") yield* items(chunks, maxLength);
    else if (form === "spread out") yield* values(chunks, maxLength);
    else yield* lines(chunks, maxLength);
  } finally {
    await text.return(undefined);
  }
}

/** Reads as much as shows the form: two characters of an array, or a line and what follows it. */
async function formOf(
  text: AsyncGenerator<string>,
  maxLength: number,
): Promise<{ form: "array" | "spread out" | "lines"; head: string[] }> {
  const head: string[] = [];
  let start = "";
  for (;;) {
    if (/^\s*\[\s*([{\]])/.test(start)) return { form: "array", head };
    if (/^\s*(\[\s*[^\s{\]]|[^\s[{])/.test(start)) return { form: "lines", head };
    if (/^\s*\{.*\n\s*\S/.test(start)) {
      return { form: isSpreadOut(start) ? "spread out" : "lines", head };
    }
    const { done, value } = await text.next();
    if (done) return { form: /^\s*\[\s*$/.test(start) ? "array" : "lines", head };
    head.push(value);
    // Blank lines before the first character say nothing.
    start = (start + value).trimStart();
    if (start.length > maxLength) return { form: "lines", head };
  }
}

async function* chunksOf(head: readonly string[], rest: AsyncIterable<string>) {
  yield* head;
  yield* rest;
}

async function* items(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<EventText> {
  let number = 0;
  for await (const text of jsonArrayItems(chunks, maxLength)) yield { number: ++number, text };
}

async function* values(
  chunks: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<EventText> {
  for await (const { line, text } of jsonValues(chunks, maxLength)) yield { number: line, text };
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

import { placeText } from "../output/match_line.ts";
import type { EventSource } from "./event_sources.ts";
import { eventsIn } from "./events_in.ts";
import { eventTexts } from "./event_texts.ts";

/** An event, and where it was read. */
export interface ReadEvent {
  /** The event. */
  readonly event: object;
  /** Its line, or its position in an array. */
  readonly number: number;
  /** Its position in an envelope with several; absent if it stands by itself. */
  readonly item?: number | undefined;
  /** Its file, where there are several. */
  readonly source: string | undefined;
}

/** Who is told of what is read. */
export interface ReadListener {
  /** Called as reading goes on: how much more of the total has been read, in its unit. */
  onProgress(more: number): void;
  /** Called with what cannot be read, and why. */
  onSkip(place: string, why: string): void;
}

/** Where a command reads events from: files, or the past of the API. */
export interface EventInput {
  /** What there is to read, in bytes or in milliseconds of the log; undefined if not known. */
  readonly total: number | undefined;
  /** Reads the events, once. */
  read(listener: ReadListener): AsyncIterable<object>;
}

/**
 * Reads the events of files one after another, in any form that holds events.
 *
 * @param sources The files.
 * @param listener Who is told of progress and of what is skipped.
 * @returns The events as they arrive; one file that is broken off does not stop the next.
 */
export async function* readEvents(
  sources: readonly EventSource[],
  { onProgress, onSkip }: ReadListener,
): AsyncGenerator<ReadEvent> {
  for (const source of sources) {
    const name = sources.length > 1 ? source.name : undefined;
    const bytes = (await source.open()).pipeThrough(counting(onProgress));
    try {
      for await (const { number, text } of eventTexts(bytes)) {
        for (const { item, event } of eventsIn(text)) {
          if (typeof event !== "string") yield { event, number, item, source: name };
          else onSkip(placeText({ number, item, source: source.name }), event);
        }
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      onSkip(source.name, `the rest of it: ${error.message}`);
    }
  }
}

/** The size of all sources in bytes; undefined if that of one is not known. */
export function totalSize(sources: readonly EventSource[]): number | undefined {
  let total = 0;
  for (const { size } of sources) {
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

function counting(add: (length: number) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      add(chunk.length);
      controller.enqueue(chunk);
    },
  });
}

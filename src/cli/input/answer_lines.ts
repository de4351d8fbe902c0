import { TextLineStream } from "../../stream/std_streams.ts";
import type { Instance } from "./instance.ts";

/**
 * Characters of one line. An event or an alert is recorded in less than 2 MB of UTF-8, and escaping
 * makes at most six characters of two bytes; the report of a backtest is smaller.
 */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/**
 * Reads an answer line by line, as it arrives.
 *
 * @param instance Whose answer it is.
 * @param response The answer.
 * @param signal Ends reading.
 * @returns The lines, without empty ones.
 * @throws {SourceError} On iteration, if a line is longer than Panoptes writes any, such as one
 * without an end: no other attempt will do better.
 */
export async function* linesOf(
  instance: Instance,
  { body }: Response,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (body === null) return;
  const lines = body.pipeThrough(new TextDecoderStream(), { signal })
    .pipeThrough(limitedLines(instance)).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    if (line !== "") yield line;
  }
}

/** Passes text on until a line is too long: `TextLineStream` would keep all of it. */
function limitedLines(instance: Instance): TransformStream<string, string> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const end = chunk.indexOf("\n");
      length += end < 0 ? chunk.length : end;
      if (length > MAX_LINE_LENGTH) {
        throw instance.failure(
          `a line of the answer is longer than ${MAX_LINE_LENGTH} characters: check --url, and ` +
            "the proxies in between",
          { mayPass: false },
        );
      }
      if (end >= 0) length = chunk.length - chunk.lastIndexOf("\n") - 1;
      controller.enqueue(chunk);
    },
  });
}

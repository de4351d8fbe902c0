import { streamOf } from "../stream/stream_of.ts";
import type { Feed } from "./log_access.ts";
import { readFeed, type ReadFeedOptions } from "./read_feed.ts";

/**
 * Streams a feed as NDJSON, one entry a line, up to where the log ended when it was asked. Nothing is read
 * before the reader asks for it. A gap comes as a line of its own, `{"gap":{…}}`, ahead of what follows it.
 *
 * @param feed The feed.
 * @param options Where to begin and where to stop.
 * @returns The lines, in UTF-8.
 */
export function ndjsonStream(feed: Feed, options: ReadFeedOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return streamOf(async function* () {
    for (const { gap, lines } of readFeed(feed, options)) {
      if (gap) lines.unshift(JSON.stringify({ gap }));
      if (lines.length > 0) yield encoder.encode(lines.join("\n") + "\n");
    }
  });
}

import { jsonText } from "../../stream/json_text.ts";
import type { Gap } from "../../sse/resume_at.ts";
import type { Feed } from "../log_access.ts";
import { readFeed, type ReadFeedOptions } from "./read_feed.ts";

/** A page ends early above this length, with `more`: one event may be a megabyte. */
const MAX_LENGTH = 4 * 1024 * 1024;
/** So does a page that has looked at so many entries and found few that its filter asks for. */
const MAX_SPAN = 100_000;

/**
 * A feed as NDJSON, one entry per line, up to where the log ended when reading began. A gap is a
 * line of its own, `{"gap":{…}}`, before what follows it.
 *
 * @param feed The feed.
 * @param options Where to start and where to stop.
 * @returns The lines, some at a time, each read when it is asked for.
 */
export function* ndjsonParts(
  feed: Feed,
  options: ReadFeedOptions,
): Generator<string, void, void> {
  for (const { gap, lines, more } of readFeed(feed, options)) {
    if (gap !== undefined) lines.unshift(jsonText({ gap }));
    if (lines.length > 0) yield `${lines.join("\n")}\n`;
    else if (more) yield "";
  }
}

/**
 * One page of a feed as JSON: `{events: […], next, more, gap}`. The next page is the one after
 * `next`. It has fewer entries if the log ends, the page gets too long, or it has looked at too many
 * entries.
 *
 * @param feed The feed.
 * @param options Where to start, and the maximum number of entries.
 * @returns The page, some entries at a time, each read when it is asked for.
 */
export function* pageParts(feed: Feed, options: ReadFeedOptions): Generator<string, void, void> {
  let before = `{"${options.entry}s":[`;
  let length = 0;
  let end = { next: "", more: false };
  let firstGap: Gap | undefined;
  for (const { gap, lines, next, more } of readFeed(feed, { ...options, maxSpan: MAX_SPAN })) {
    firstGap ??= gap;
    end = { next, more };
    if (lines.length === 0) {
      if (more) yield "";
      continue;
    }
    const text = before + lines.join(",\n");
    yield text;
    before = ",\n";
    length += text.length;
    if (length > MAX_LENGTH) break;
  }
  const rest = jsonText({ ...end, gap: firstGap ?? null });
  yield `${length === 0 ? before : ""}],${rest.slice(1)}`;
}

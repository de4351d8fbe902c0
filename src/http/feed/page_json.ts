import { jsonText } from "../../stream/json_text.ts";
import type { Gap } from "../../sse/resume_at.ts";
import type { Feed } from "../log_access.ts";
import { readFeed, type ReadFeedOptions } from "./read_feed.ts";

/** A page ends early above this length, with `more`: one event may be a megabyte. */
const MAX_LENGTH = 4 * 1024 * 1024;

/**
 * One page of a feed: `{events: […], next, more, gap}`. The next page is the one after `next`.
 *
 * @param feed The feed.
 * @param options Where to start, and the maximum number of entries.
 * @returns JSON; it has fewer entries if the log ends or the page gets too long.
 */
export function pageJson(feed: Feed, options: ReadFeedOptions): string {
  const lines: string[] = [];
  let length = 0;
  let end = { next: "", more: false };
  let firstGap: Gap | undefined;
  for (const part of readFeed(feed, options)) {
    firstGap ??= part.gap;
    lines.push(...part.lines);
    length = part.lines.reduce((sum, line) => sum + line.length, length);
    end = { next: part.next, more: part.more };
    if (length > MAX_LENGTH) break;
  }
  const rest = jsonText({ ...end, gap: firstGap ?? null });
  return `{"${options.entry}s":[${lines.join(",\n")}],${rest.slice(1)}`;
}

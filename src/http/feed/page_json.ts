import type { Gap } from "../../sse/resume_at.ts";
import type { Feed } from "../log_access.ts";
import { readFeed, type ReadFeedOptions } from "./read_feed.ts";

/** Longer answers end early, with `more`: events may be of a megabyte each. */
const LONGEST = 4 * 1024 * 1024;

/**
 * One page of a feed: `{events: […], next, more, gap}`. Ask after `next` for the page that follows.
 *
 * @param feed The feed.
 * @param options Where to begin, and the most entries wanted.
 * @returns JSON text; it has fewer entries than wanted where the log ends or the text gets too long.
 */
export function pageJson(feed: Feed, options: ReadFeedOptions): string {
  const lines: string[] = [];
  let length = 0;
  let end = { next: "", more: false };
  let lost: Gap | undefined;
  for (const part of readFeed(feed, options)) {
    lost ??= part.gap;
    lines.push(...part.lines);
    length = part.lines.reduce((sum, line) => sum + line.length, length);
    end = { next: part.next, more: part.more };
    if (length > LONGEST) break;
  }
  const rest = JSON.stringify({ ...end, gap: lost ?? null });
  return `{"${options.entry}s":[${lines.join(",\n")}],${rest.slice(1)}`;
}

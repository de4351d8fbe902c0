import { formatLastEventId } from "../../sse/last_event_id.ts";
import { type Gap, parseRequested, resumeAt } from "../../sse/resume_at.ts";
import { entryJson } from "../entry_json.ts";
import type { Feed } from "../log_access.ts";

/** What is read of a feed. */
export interface ReadFeedOptions {
  /** What an entry is called in JSON. */
  entry: "event" | "alert";
  /** The id to go on after; absent for the oldest that is kept. */
  asked: string | undefined;
  /** The most entries wanted; absent for all. */
  limit: number | undefined;
}

/** Some entries of a feed. */
export interface FeedPart {
  /** What is lost ahead of them. */
  gap: Gap | undefined;
  /** The entries, each one as a line of JSON. */
  lines: string[];
  /** The id of the last one, or of the place where there was none. */
  next: string;
  /** Whether there is more up to where the log ended when the reading began. */
  more: boolean;
}

/** What is read at a time: as many entries as are usually some tens of kilobytes. */
const PART_ENTRIES = 128;
const PART_BYTES = 256 * 1024;

/**
 * Reads a feed part by part, up to where the log ended at the first; there is always one part, even if it
 * is empty. What is evicted under a slow reader is told as a gap, as it is at the start.
 *
 * @param feed The feed.
 * @param options Where to begin and where to stop.
 */
export function* readFeed(
  feed: Feed,
  { entry, asked, limit = Infinity }: ReadFeedOptions,
): Generator<FeedPart, void, void> {
  const { newest } = feed.head();
  let left = limit;
  for (let place = parseRequested(asked);;) {
    const range = feed.head();
    const { epoch } = range;
    const { after, gap } = resumeAt(range, place);
    const wanted = Math.min(PART_ENTRIES, left, Math.max(newest - after, 0));
    const entries = wanted > 0 ? feed.read(after, wanted, PART_BYTES) : [];
    const seq = entries.at(-1)?.seq ?? after;
    left -= entries.length;
    place = { epoch, seq };
    const lines = entries.map((one) => entryJson(epoch, entry, one));
    yield { gap, lines, next: formatLastEventId(place), more: seq < newest };
    if (left <= 0 || seq >= newest || (entries.length === 0 && gap === undefined)) return;
  }
}

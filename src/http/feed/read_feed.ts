import { lineSafe } from "../../stream/json_text.ts";
import { formatLastEventId } from "../../sse/last_event_id.ts";
import { type Gap, parseRequested, resumeAt } from "../../sse/resume_at.ts";
import type { Feed, FeedEntry } from "../log_access.ts";

/** What to read of a feed. */
export interface ReadFeedOptions {
  /** What an entry is called in JSON. */
  entry: "event" | "alert";
  /** The id to continue after; absent to start at the oldest entry that is kept. */
  lastEventId: string | undefined;
  /** The maximum number of entries; absent for all. */
  limit: number | undefined;
  /** Reading ends when it has looked at so many entries, matching or not; absent for no end. */
  maxSpan?: number;
}

/** Some entries of a feed. */
export interface FeedPart {
  /** What is lost before them. */
  gap: Gap | undefined;
  /** The entries, each one as a line of JSON. */
  lines: string[];
  /** The id of the last one, or of the current place if there is none. */
  next: string;
  /** Whether more follows, up to the end of the log when reading began. */
  more: boolean;
}

/** The maximum read at a time, which is kept until the reader has taken it. */
const PART_ENTRIES = 16;
const PART_BYTES = 4 * 1024;

/**
 * Reads a feed part by part, up to where the log ended when reading began. There is always at least
 * one part, which may be empty. Entries that retention removes under a slow reader are reported as
 * a gap, as at the start.
 *
 * @param feed The feed.
 * @param options Where to start and where to stop.
 * @returns The parts, each read when it is asked for.
 */
export function* readFeed(
  feed: Feed,
  { entry, lastEventId, limit = Infinity, maxSpan = Infinity }: ReadFeedOptions,
): Generator<FeedPart, void, void> {
  const { newest } = feed.head();
  let left = limit;
  let span = 0;
  for (let place = parseRequested(lastEventId);;) {
    const range = feed.head();
    const { epoch } = range;
    const { after, gap } = resumeAt(range, place);
    const count = Math.min(PART_ENTRIES, left, Math.max(newest - after, 0));
    const { entries, to: seq } = count > 0
      ? feed.read(after, count, PART_BYTES)
      : { entries: [], to: after };
    left -= entries.length;
    span += seq - after;
    place = { epoch, seq };
    const lines = entries.map((one) => entryJson(epoch, entry, one));
    yield { gap, lines, next: formatLastEventId(place), more: seq < newest };
    if (left <= 0 || seq >= newest || span >= maxSpan) return;
    if (seq === after && gap === undefined) return; // nothing is there
  }
}

/**
 * One entry as JSON on one line. The body is JSON already and is inserted as it is: parsing it and
 * serializing it again would take most of the time of an answer.
 */
function entryJson(epoch: string, entry: "event" | "alert", value: FeedEntry): string {
  const id = formatLastEventId({ epoch, seq: value.seq });
  const recordedAt = new Date(value.recordedAt).toISOString();
  // JSON may have line breaks between tokens but never inside strings, so this changes no value.
  const body = /[\r\n]/.test(value.body) ? value.body.replaceAll(/[\r\n]+/g, " ") : value.body;
  const state = value.state === undefined ? "" : `"state":"${value.state}",`;
  return `{"id":"${id}","recordedAt":"${recordedAt}",${state}"${entry}":${lineSafe(body)}}`;
}

import { formatLastEventId, parseLastEventId } from "./last_event_id.ts";
import type { LogHead } from "../store/log.ts";

/** What a reader misses for ever; announced, never passed over in silence. */
export interface Gap {
  /** The id that it came back with; null if that was no id at all. */
  requested: string | null;
  /** The id after which the reading goes on. */
  from: string;
  /** How many messages are lost; null where that cannot be known. */
  lost: number | null;
}

/** Where a reader begins. */
export interface Start {
  /** It reads what has a seq above this. */
  after: number;
  /** What it misses, if it misses anything. */
  gap?: Gap;
}

/**
 * Finds where a reader begins, by comparing numbers alone: an id that is unknown, evicted or of another
 * epoch begins at the oldest message kept, with a gap.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resumeAt } from "./resume_at.ts";
 *
 * const range = { epoch: "k3", oldest: 5, newest: 9 };
 * assertEquals(resumeAt(range, "k3.7"), { after: 7 });
 * assertEquals(resumeAt(range, "k3.2"), {
 *   after: 4,
 *   gap: { requested: "k3.2", from: "k3.4", lost: 2 },
 * });
 * ```
 *
 * @param range The part of the log that is there.
 * @param asked An SSE id as the reader sent it; `earliest` or nothing for all that is kept, `latest` for what comes next.
 * @returns The start.
 */
export function resumeAt(range: LogHead, asked: string | undefined): Start {
  const beforeOldest = Math.max(range.oldest - 1, 0);
  if (asked === undefined || asked === "" || asked === "earliest") return { after: beforeOldest };
  if (asked === "latest") return { after: range.newest };
  const place = parseLastEventId(asked);
  const from = formatLastEventId({ epoch: range.epoch, seq: beforeOldest });
  if (place === undefined) {
    return { after: beforeOldest, gap: { requested: null, from, lost: null } };
  }
  // A seq that was never given out means that the log went back in time: as foreign as another epoch.
  if (place.epoch !== range.epoch || place.seq > range.newest) {
    return { after: beforeOldest, gap: { requested: asked, from, lost: null } };
  }
  if (place.seq < beforeOldest) {
    return {
      after: beforeOldest,
      gap: { requested: asked, from, lost: beforeOldest - place.seq },
    };
  }
  return { after: place.seq };
}

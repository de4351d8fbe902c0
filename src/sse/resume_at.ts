import type { LogHead } from "../store/log.ts";
import { formatLastEventId, type LogPlace, parseLastEventId } from "./last_event_id.ts";

/** Messages that a reader can never receive: announced, never silently skipped. */
export interface Gap {
  /** The id that the reader sent; null if it was not an id of this log at all. */
  requested: string | null;
  /** The id after which reading goes on. */
  from: string;
  /** How many messages are lost; null if that cannot be known. */
  lost: number | null;
}

/** Where a reader begins. */
export interface Start {
  /** The reader receives messages with a seq above this. */
  after: number;
  /** What the reader misses, if anything. */
  gap?: Gap;
}

/**
 * Where a reader wants to begin: after a place, at an end of the log, or at an id that is invalid.
 */
export type Requested = LogPlace | "earliest" | "latest" | "invalid";

/**
 * Reads what a client sent to say where it wants to begin.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseRequested } from "./resume_at.ts";
 *
 * assertEquals(parseRequested("k3.7"), { epoch: "k3", seq: 7 });
 * assertEquals(parseRequested(undefined), "earliest");
 * assertEquals(parseRequested("7"), "invalid");
 * ```
 *
 * @param text Hostile text: an SSE id, `earliest` or `latest`; absent or empty means `earliest`.
 */
export function parseRequested(text: string | undefined): Requested {
  if (text === undefined || text === "" || text === "earliest") return "earliest";
  return text === "latest" ? text : parseLastEventId(text) ?? "invalid";
}

/**
 * Finds where a reader begins, by comparing numbers alone: a place that is invalid, evicted or of
 * another epoch begins at the oldest message kept, with a gap.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resumeAt } from "./resume_at.ts";
 *
 * const head = { epoch: "k3", oldest: 5, newest: 9 };
 * assertEquals(resumeAt(head, { epoch: "k3", seq: 7 }), { after: 7 });
 * assertEquals(resumeAt(head, { epoch: "k3", seq: 2 }), {
 *   after: 4,
 *   gap: { requested: "k3.2", from: "k3.4", lost: 2 },
 * });
 * ```
 *
 * @param head The part of the log that can be read.
 * @param requested Where the reader wants to begin.
 */
export function resumeAt({ epoch, oldest, newest }: LogHead, requested: Requested): Start {
  const after = Math.max(oldest - 1, 0);
  if (requested === "earliest") return { after };
  if (requested === "latest") return { after: newest };
  const from = formatLastEventId({ epoch, seq: after });
  if (requested === "invalid") return { after, gap: { requested: null, from, lost: null } };
  const { seq } = requested;
  // A seq that was never given out means that the log went back in time: as foreign as another
  // epoch.
  const isForeign = requested.epoch !== epoch || seq > newest;
  if (!isForeign && seq >= after) return { after: seq };
  const lost = isForeign ? null : after - seq;
  return { after, gap: { requested: formatLastEventId(requested), from, lost } };
}

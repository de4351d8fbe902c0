import type { LogHead } from "../store/log.ts";

/** One entry of the log as a subscriber receives it. */
export interface SseMessage {
  /** Its place in the log, counted from 1; the second half of the SSE id. */
  seq: number;
  /** The SSE event type, e.g. `audit` or `alert`. */
  type: string;
  /** The data, as JSON. */
  body: string;
}

/** Some entries of a log, and how far it was read to find them. */
export interface Reading<Message extends SseMessage = SseMessage> {
  /** The entries, in the order of seq. */
  readonly entries: readonly Message[];
  /** Nothing else was found up to this seq; at least the seq of the last entry. */
  readonly to: number;
}

/**
 * The log as a subscriber sees it: its range, reading after a place, and a notification when it
 * grows.
 */
export interface SseSource {
  /** The range that can be read now. */
  head(): LogHead;
  /**
   * Reads up to `limit` messages with a seq above `after`, of about `maxBytes` in total; at least
   * one if there is any. A source that leaves messages out may find none and still get further.
   */
  read(after: number, limit: number, maxBytes?: number): Reading;
  /**
   * Calls `listener` after each append, until the returned function is called. The listener returns
   * whether it had anything to do.
   */
  onAppend(listener: () => unknown): () => void;
  /**
   * Tells apart readings after the same place that may differ, where entries change whether they
   * are left out; a source without it always reads the same after the same place.
   */
  asOf?(): number;
}

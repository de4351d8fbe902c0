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

/**
 * The log as a subscriber sees it: its range, reading after a place, and a notification when it
 * grows.
 */
export interface SseSource {
  /** The range that can be read now. */
  head(): LogHead;
  /**
   * Up to `limit` messages with a seq above `after`, in the order of seq and of about `maxBytes` in
   * total; at least one if there is any.
   */
  read(after: number, limit: number, maxBytes?: number): readonly SseMessage[];
  /** Calls `listener` after each append, until the returned function is called. */
  onAppend(listener: () => void): () => void;
}

import type { LogHead } from "../store/log.ts";

/** One line of the log as a subscriber gets it. */
export interface SseMessage {
  /** Its place in the log, counted from 1; the second half of the SSE id. */
  seq: number;
  /** The SSE event type, e.g. `audit` or `alert`. */
  type: string;
  /** The data: JSON text. */
  body: string;
}

/** The log as a subscriber sees it: a range, a read by cursor, and a call when it grew. */
export interface SseSource {
  /** The range that can be read now. */
  head(): LogHead;
  /**
   * Up to `limit` messages with a seq above `after`, in the order of seq, and of about `maxBytes` in all; at least one
   * where there is one.
   */
  read(after: number, limit: number, maxBytes?: number): readonly SseMessage[];
  /** Calls `listener` after each append; the function it gives back ends that. */
  onAppend(listener: () => void): () => void;
}

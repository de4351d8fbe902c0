import { formatLastEventId } from "../sse/last_event_id.ts";
import type { FeedEntry } from "./log_access.ts";

/**
 * One entry of a feed as JSON on one line. The body is JSON text already and goes in as it is: reading and
 * writing it again would cost most of the answer's time.
 *
 * @param epoch The epoch of the log.
 * @param entry What the body is called.
 * @param value The entry.
 * @returns A JSON object.
 */
export function entryJson(epoch: string, entry: "event" | "alert", value: FeedEntry): string {
  const id = formatLastEventId({ epoch, seq: value.seq });
  const recordedAt = new Date(value.recordedAt).toISOString();
  // Between tokens JSON may have line ends; inside of texts it has none, so this changes no value.
  const body = /[\r\n]/.test(value.body) ? value.body.replaceAll(/[\r\n]+/g, " ") : value.body;
  return `{"id":"${id}","recordedAt":"${recordedAt}","${entry}":${body}}`;
}

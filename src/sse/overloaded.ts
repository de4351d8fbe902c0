import { jsonText } from "../stream/json_text.ts";
import { encodeComment, encodeMessage, encodeRetry } from "./encode.ts";

/** How long a client that was turned away waits before it reconnects. */
const RETRY_MS = 30_000;

/**
 * A complete event stream for a client that cannot be served now: it says so and ends. Browsers,
 * and all clients that follow the same rules, give up for ever on any status but 200; after this
 * stream they reconnect with the id that they have.
 *
 * @param detail Why, in one sentence; absent if there is nothing more to say.
 * @returns The frames.
 */
export function overloadedStream(detail?: string): string {
  return encodeComment("welcome") + encodeRetry(RETRY_MS) +
    encodeMessage({ event: "overloaded", data: jsonText({ retryMs: RETRY_MS, detail }) });
}

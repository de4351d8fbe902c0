import { encodeComment, encodeMessage, encodeRetry } from "./encode.ts";

/** When a client that found no room comes back. */
const RETRY_MS = 30_000;

/**
 * A whole event stream for a client that cannot be served now: it says so and ends. Browsers give up for
 * ever on any status but 200, and so does whatever keeps to their rules; after this they come back, with the id they had.
 *
 * @returns The frames.
 */
export function overloadedStream(): string {
  return encodeComment("welcome") + encodeRetry(RETRY_MS) +
    encodeMessage({ event: "overloaded", data: JSON.stringify({ retryMs: RETRY_MS }) });
}

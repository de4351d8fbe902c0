import { createEventSource } from "eventsource-client";

/** One message of a Panoptes event stream. */
export interface StreamMessage {
  /** The name of the SSE event, `ready` and `gap` among them. */
  readonly type: string;
  readonly id: string | undefined;
  /** The data, parsed; event text in it is hostile. */
  readonly data: unknown;
}

/**
 * Follows a stream of the Worker as any client would: over HTTP, with the token, coming back with
 * `Last-Event-ID` when the connection ends.
 *
 * @param url The stream.
 * @param token A token with the scope `read`.
 * @param onMessage Told of every message.
 * @param signal Ends it.
 */
export function followStream(
  url: string,
  token: string,
  onMessage: (message: StreamMessage) => void,
  signal: AbortSignal,
): void {
  const source = createEventSource({
    url,
    headers: { authorization: `Bearer ${token}` },
    initialLastEventId: "latest",
    onMessage({ event, id, data }) {
      let parsed: unknown;
      try {
        parsed = JSON.parse(data);
      } catch {
        parsed = data;
      }
      onMessage({ type: event ?? "message", id, data: parsed });
    },
  });
  signal.addEventListener("abort", () => source.close(), { once: true });
}

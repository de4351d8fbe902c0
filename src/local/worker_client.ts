/**
 * The Worker as any client sees it: over HTTP, with a token that has the scope `read`.
 *
 * @module
 */
import { createEventSource } from "eventsource-client";
import { printable } from "../cli/output/terminal.ts";
import { wait } from "../stream/wait.ts";

const READY_TIMEOUT_MS = 30_000;
const STATUS_INTERVAL_MS = 5_000;

/**
 * Waits until the Worker answers with success.
 *
 * @param origin Where it listens.
 * @param token A token with the scope `read`.
 * @param signal Ends the wait.
 * @throws {Error} If it answers with an error that will not pass, or with errors for 30 seconds.
 */
export async function untilReady(
  origin: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const response = await readStatus(`${origin}/v1/status`, token, signal);
    const text = await response.text();
    if (response.ok) return;
    if (Date.now() > deadline || response.status < 500) {
      throw new Error(`Cannot start: the Worker answers ${response.status}: ${printable(text)}`);
    }
    await wait(200, signal);
  }
}

/** One message of an event stream of the Worker. */
export interface StreamMessage {
  /** The name of the SSE event; `ready` and `gap` are among them. */
  readonly type: string;
  readonly id: string | undefined;
  /** The parsed data; event text in it is hostile. */
  readonly data: unknown;
}

/**
 * Follows an event stream, and resumes with `Last-Event-ID` when the connection ends.
 *
 * @param url The stream.
 * @param token A token with the scope `read`.
 * @param onMessage Receives every message.
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

/**
 * Reports when the watch begins to fail and when it has recovered; a failure that lasts is reported
 * once.
 *
 * @param url The status of one source.
 * @param token A token with the scope `read`.
 * @param onChange Receives what fails and what to do about it, or `undefined` when nothing fails
 * any more.
 * @param signal Ends it.
 * @returns A promise that resolves once the signal is aborted.
 */
export async function followStatus(
  url: string,
  token: string,
  onChange: (failure: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  let reported: Failure | undefined;
  while (!signal.aborted) {
    const failure = await readFailure(url, token, signal).catch(() => reported);
    if (failure?.code !== reported?.code) onChange(failure?.text);
    reported = failure;
    await wait(STATUS_INTERVAL_MS, signal).catch(() => {});
  }
}

interface Failure {
  readonly code: string;
  readonly text: string;
}

async function readFailure(
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const response = await readStatus(url, token, signal);
  const { failures } = await response.json() as { failures?: Record<string, unknown>[] };
  const first = failures?.[0];
  return first === undefined ? undefined : {
    code: String(first["code"]),
    text: `${printable(first["message"], 300)}. ${printable(first["advice"], 300)}`,
  };
}

function readStatus(url: string, token: string, signal: AbortSignal): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
}

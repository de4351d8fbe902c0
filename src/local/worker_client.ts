/**
 * The Worker as any client sees it: over HTTP, with a token that has the scope `read`.
 *
 * @module
 */
import { createEventSource } from "eventsource-client";
import { printable } from "../cli/output/terminal.ts";
import { type Clock, systemClock } from "../stream/clock.ts";
import { wait } from "../stream/wait.ts";

const READY_TIMEOUT_MS = 30_000;
const STATUS_INTERVAL_MS = 5_000;

/**
 * Waits until the Worker answers with success.
 *
 * @param origin Where it listens.
 * @param token A token with the scope `read`.
 * @param signal Ends the wait.
 * @throws {Error} If it answers with an error that will not pass, or with errors or not at all for 30
 *   seconds.
 */
export async function untilReady(
  origin: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const left = AbortSignal.timeout(READY_TIMEOUT_MS);
  const either = AbortSignal.any([signal, left]);
  for (;;) {
    const response = await readStatus(`${origin}/v1/status`, token, either).catch((error) => {
      if (!left.aborted) throw error;
      throw new Error(
        `Cannot start: the Worker has not answered for ${READY_TIMEOUT_MS / 1_000} s`,
      );
    });
    const text = await response.text();
    if (response.ok) return;
    if (left.aborted || response.status < 500) {
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

/** Who is told of the status, and for how long. */
export interface FollowStatusOptions {
  /** Receives what fails and what to do about it, or `undefined` when nothing fails any more. */
  readonly onChange: (failure: string | undefined) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Time; the machine's by default. */
  readonly clock?: Clock;
}

/**
 * Reports when the watch begins to fail and when it has recovered; a failure that lasts is reported
 * once. A status that cannot be read is a failure, too.
 *
 * @param url The status of one source.
 * @param token A token with the scope `read`.
 * @param options Who is told, and when it ends.
 * @returns A promise that resolves once the signal is aborted.
 */
export async function followStatus(
  url: string,
  token: string,
  { onChange, signal, clock = systemClock }: FollowStatusOptions,
): Promise<void> {
  let reported: Failure | undefined;
  while (!signal.aborted) {
    const failure = await readFailure(url, token, signal).catch(noStatus);
    if (signal.aborted) return;
    if (failure?.code !== reported?.code) onChange(failure?.text);
    reported = failure;
    await clock.wait(STATUS_INTERVAL_MS, signal).catch(() => {});
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
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the Worker answers ${response.status}`);
  }
  const { failures } = await response.json() as { failures: Record<string, unknown>[] };
  const [first] = failures;
  return first === undefined ? undefined : {
    code: String(first["code"]),
    text: `${printable(first["message"], 300)}. ${printable(first["advice"], 300)}`,
  };
}

function noStatus(error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "no_status", text: `The status cannot be read: ${printable(reason, 300)}` };
}

function readStatus(url: string, token: string, signal: AbortSignal): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
}

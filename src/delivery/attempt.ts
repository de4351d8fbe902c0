import type { Clock } from "../stream/clock.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";

/** What one attempt needs from outside. */
export interface AttemptOptions {
  /** Gives the timestamp that is signed, and ends the attempt in time. */
  readonly clock: Clock;
  /** Does the POST; default the runtime's own. */
  readonly fetch?: typeof fetch;
  /** All addresses of a host name, where the runtime can look them up: none may be private. */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Ends the attempt early: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What is sent in one attempt. */
export interface AttemptMessage {
  /** The alert's id. */
  readonly webhookId: string;
  /** The exact text to sign and send, made once by the endpoint's format. */
  readonly body: string;
}

/** Makes one attempt: one signed POST. */
export function attempt(
  _message: AttemptMessage,
  _endpoint: Endpoint,
  _options: AttemptOptions,
): Promise<Outcome> {
  throw new Error("Cannot post a webhook: not written yet");
}

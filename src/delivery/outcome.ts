/**
 * The result of one attempt.
 *
 * - `ok`: a 2xx answer. The message is delivered.
 * - `throttle`: 429, 502, 503 or 504. The receiver is overloaded: it is left alone for a while.
 * - `gone`: 410. The receiver wants no more: its endpoint is disabled.
 * - `permanent`: another 3xx or 4xx, or a URL that must not be called. Repeating cannot mend it, so
 *   it needs an operator's attention; there are two more tries, in case it gets it in time.
 * - `retry`: everything else, including network errors, timeouts, 408 and 425.
 */
export interface Outcome {
  /** What it means for the message. */
  readonly kind: "ok" | "throttle" | "gone" | "permanent" | "retry";
  /** What happened, as a stable code for logs, metrics and answers. */
  readonly code: OutcomeCode;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** How long the receiver asked to wait, in milliseconds, not yet clamped. */
  readonly retryAfterMs?: number;
  /** When the attempt began, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /**
   * The start of the answer's body, at most 4 KiB: hostile, for the operator only. With
   * `url_refused`, why nothing was sent.
   */
  readonly excerpt?: string;
}

/**
 * What happened in one attempt: `answered` (see the status), `timed_out`, `name_unknown`,
 * `tls_failed`, `connection_refused`, `unreachable` (no answer, for another reason), `url_refused`
 * (the URL, or an address that its name resolves to, must not be called), `body_failed` (no body
 * could be made of the alert: a bug), `misconfigured` (the endpoint's entry in the settings is refused),
 * `lost` (the attempt never reported back). workerd does not tell a Worker why there was no answer:
 * there, `name_unknown`, `tls_failed` and `connection_refused` are all `unreachable`.
 */
export type OutcomeCode =
  | "answered"
  | "timed_out"
  | "name_unknown"
  | "tls_failed"
  | "connection_refused"
  | "unreachable"
  | "url_refused"
  | "body_failed"
  | "misconfigured"
  | "lost";

/** The states of an endpoint; see {@linkcode EndpointStateName}. */
export const ENDPOINT_STATES = ["healthy", "throttled", "failing", "paused", "disabled"] as const;

/**
 * The state of an endpoint.
 *
 * - `healthy`: it takes messages, or has failed less than three times in a row.
 * - `throttled`: it asked to be left alone for a while; nothing is sent until then.
 * - `failing`: it refused a message in a way that repeating cannot mend.
 * - `paused`: it failed three times in a row. One message at a time probes it, less and less often,
 *   until one is accepted.
 * - `disabled`: it answered 410, so nothing is sent until somebody resumes it or changes its settings.
 */
export type EndpointStateName = typeof ENDPOINT_STATES[number];

/** How an attempt ended, as far as an endpoint is known by it. */
export interface LastAnswer {
  /** When the attempt began, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** What it meant, such as `ok` or `retry`. */
  readonly kind: string;
  /** What happened, such as `answered` or `timed_out`. */
  readonly code: string;
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;
  /** The start of the answer's body on one line, without secrets; hostile. */
  readonly excerpt: string | null;
}

/** What is known about an endpoint: a row of the log. All times in milliseconds since the Unix epoch. */
export interface EndpointState {
  /** Its name. */
  readonly name: string;
  /** A digest of its settings: other settings deserve a fresh start. */
  readonly settings: string;
  /** Its state. */
  readonly state: EndpointStateName;
  /** Failures in a row. */
  readonly failures: number;
  /** When the first of them began; null if there is none. */
  readonly since: number | null;
  /** When the last of them ended: attempts that began before are no further failures. */
  readonly failedAt: number | null;
  /** Nothing is sent before; null if nothing has to wait. */
  readonly holdUntil: number | null;
  /** How many times in a row it was left alone. */
  readonly holds: number;
  /** How the latest attempt ended; null before the first. */
  readonly answer: LastAnswer | null;
  /** When a message was last accepted; null if none ever was. */
  readonly succeededAt: number | null;
  /** How many attempts have ended in which way, by kind. */
  readonly attempts: Readonly<Record<string, number>>;
}

import type { RateLimit } from "../errors/rate_limit.ts";
import type { UserEvent } from "../event/user_event.ts";

/** One page of the activity log, checked. */
export interface Page {
  /** The events that match the schema, in the order the API sent them. */
  events: UserEvent[];
  /** What stood among the events and does not match the schema. */
  invalid: InvalidUserEvent[];
  /** Where the next page is; `undefined` if this is the last. */
  next: URL | undefined;
  /** The start of the range as the API resolved it. */
  startDate?: string;
  /** The end of the range as the API resolved it. */
  endDate?: string;
  /** What the headers said about the rate limit. */
  rateLimit?: RateLimit;
  /** The length of the body. */
  bytes: number;
}

/** An event that does not match the schema, set aside rather than lost. */
export interface InvalidUserEvent {
  /** The event as it was sent. */
  value: unknown;
  /** What is wrong, one line each: the path of the member, a colon, valibot's message. */
  issues: string[];
}

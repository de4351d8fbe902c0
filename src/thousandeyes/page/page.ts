import type { RateLimit } from "../errors/rate_limit.ts";
import type { UserEvent } from "../event/user_event.ts";

/** One page of the activity log, checked. */
export interface Page {
  /** The events that match the schema, in the order of the API. */
  events: UserEvent[];
  /** The items that are not valid events. */
  invalid: InvalidUserEvent[];
  /** The URL of the next page, safe to request; `undefined` on the last page. */
  next: URL | undefined;
  /** The start of the range as the API resolved it. */
  startDate?: string;
  /** The end of the range as the API resolved it. */
  endDate?: string;
  /** What the headers say about the rate limit. */
  rateLimit?: RateLimit;
  /** When the API answered, by its own clock, in milliseconds since the Unix epoch. */
  apiTime?: number;
  /** The length of the body in bytes. */
  bytes: number;
}

/** An item that is not a valid event: set aside, never silently dropped. */
export interface InvalidUserEvent {
  /** The item as it was sent. */
  value: unknown;
  /**
   * What is wrong with it, one line per issue: the path of the member, a colon, valibot's message.
   */
  issues: string[];
}

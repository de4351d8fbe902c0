import type { MatchedField } from "../alert/matched_field.ts";
import type { AlertingRule } from "../alert/to_alert.ts";
import type { AttemptMessage } from "../delivery/attempt.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import type { Outcome } from "../delivery/outcome.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import type { Page } from "../thousandeyes/page/page.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";

/** One rule that an event satisfies. */
export interface EventMatch {
  /** The rule. */
  readonly rule: AlertingRule;
  /** Which fields made it match; default none. */
  readonly matched?: readonly MatchedField[];
}

/** Everything that the collector and the drain need from outside. */
export interface WatchPorts {
  /** Time. */
  readonly clock: Clock;
  /** Chance, in [0, 1). */
  readonly random: () => number;
  /** The log; all that is to survive is in it. */
  readonly log: Log;
  /**
   * The address of the first page of a closed range.
   *
   * @param startDate The start, inclusive, in milliseconds since the Unix epoch, a whole second.
   * @param endDate The end, inclusive, likewise.
   */
  firstPage(startDate: number, endDate: number): URL;
  /**
   * Requests and reads one page: one try, since the collector itself repeats. A rejection is a
   * `ThousandEyesError`, or the reason of the signal.
   */
  readPage(url: URL, signal?: AbortSignal): Promise<Page>;
  /** The rules that an event satisfies; it must not throw. */
  match(event: UserEvent): Iterable<EventMatch>;
  /** The webhook endpoints that alerts go to. */
  readonly endpoints: readonly Endpoint[];
  /** Posts one message; a rejection is the reason of the signal, or a message that nobody can send. */
  attempt(message: AttemptMessage, endpoint: Endpoint, signal?: AbortSignal): Promise<Outcome>;
}

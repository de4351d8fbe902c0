import type { EventMatch } from "../alert/match_rules.ts";
import type { AttemptMessage } from "../delivery/attempt.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import type { Outcome } from "../delivery/outcome.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import type { Page } from "../thousandeyes/page/page.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";

/** Everything that the watch needs from outside. */
export interface WatchPorts {
  /** Time. */
  readonly clock: Clock;
  /** Chance, in [0, 1). */
  readonly random: () => number;
  /** The log; everything that has to survive a restart is in it. */
  readonly log: Log;
  /**
   * Returns the address of the first page of a closed range.
   *
   * @param startDate The start, inclusive, in milliseconds since the Unix epoch, a whole second.
   * @param endDate The end, likewise.
   */
  firstPage(startDate: number, endDate: number): URL;
  /**
   * Requests and reads one page in a single attempt: the collector itself repeats requests. Rejects
   * with a `ThousandEyesError`, or with the reason of the signal.
   */
  readPage(url: URL, signal?: AbortSignal): Promise<Page>;
  /** Returns the rules that an event satisfies. */
  match(event: UserEvent): readonly EventMatch[];
  /** The webhook endpoints that alerts go to. */
  readonly endpoints: readonly Endpoint[];
  /** Posts one message; rejects with the reason of the signal, or if the message cannot be sent. */
  attempt(message: AttemptMessage, endpoint: Endpoint, signal?: AbortSignal): Promise<Outcome>;
}

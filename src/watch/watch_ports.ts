import type { EventMatch } from "../alert/match_rules.ts";
import type { SigmaEvent } from "../alert/to_sigma_event.ts";
import type { DispatchPorts } from "../delivery/dispatch_outbox.ts";
import type { Correlator } from "../sigma/engine.ts";
import type { Page } from "../thousandeyes/page/page.ts";

/** Everything that the watch needs from outside. */
export interface WatchPorts extends DispatchPorts {
  /**
   * Whether the activity log is read. A log of earlier settings is no longer fed, but delivers
   * what it owes, and its retention goes on. Default true.
   */
  readonly isFed?: boolean;
  /**
   * Whether a token may push events of this source, so that they are expected to come. Default
   * false.
   */
  readonly isPushed?: boolean;
  /** The id of the only account group that is watched; default any. */
  readonly aid?: string | undefined;
  /** The name of the source, which alerts carry; default none. */
  readonly source?: string | undefined;
  /**
   * A digest of the token, since a failure such as a 401 ends with the token that met it. Default
   * none.
   */
  readonly credential?: string;
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
  /**
   * Returns the rules that an event satisfies. Items that are not valid events are events too, as
   * `readOddEvent()` reads them.
   */
  match(event: SigmaEvent): readonly EventMatch[];
  /** What the matches mean together; default nothing. Its rules are those of `match`. */
  readonly correlator?: Correlator | undefined;
  /** The revision of these rules; default none. All three may change between two pages. */
  readonly rulesRevision?: string | undefined;
}

import type { InvalidUserEvent, Page } from "../page/page.ts";
import type { PageOptions } from "../page/page_options.ts";

/** What `streamUserEvents()` reads, and how. Only `token` is required. */
export interface StreamUserEventsOptions extends PageOptions {
  /** The account group to read; the login account group of the token's user by default. */
  aid?: string;
  /** Whether to read every account group that the token's user belongs to; false by default. */
  useAllPermittedAids?: boolean;
  /**
   * How far to look back from now: `12h`, `7d` or `90` (seconds). Not with dates; `24h` if neither
   * is given.
   */
  window?: string;
  /** The start of the range, inclusive, in any form that `parseDate()` accepts. */
  startDate?: string | Date;
  /** The end of the range, inclusive; only with `startDate`; now by default. */
  endDate?: string | Date;
  /**
   * Where to continue: a checkpoint of an earlier stream of the same API and account groups, as
   * its `checkpoint()` returned it. What it had yielded is not yielded again, and late events are
   * found as far back as its `overlap` reached. Not with `startDate`, `window` or `cursor`.
   */
  from?: string;
  /** The page of an earlier pass to continue at; opaque. Not with `follow` or `order: "oldest"`. */
  cursor?: string;
  /**
   * Whether to continue for ever, one closed pass after another, and how many milliseconds to wait
   * between them; true means 30,000. False, the default, ends the stream after one pass. Not with
   * `endDate` or `order: "as-sent"`.
   *
   * Such a stream outlasts whatever passes: it retries for `giveUpAfter`, however often. What only
   * a human can mend, such as a revoked token or a missing permission, ends it at once.
   */
  follow?: boolean | number;
  /**
   * How far a pass, or a stream that continues at a checkpoint, looks back for late events, in
   * milliseconds; 900,000 (15 min) by default.
   */
  overlap?: number;
  /**
   * With `follow`: how long a failure may last before it ends the stream, in milliseconds;
   * 86,400,000 (a day) by default, and may be infinite. `onRetry` hears of every attempt.
   */
  giveUpAfter?: number;
  /**
   * "as-sent" yields events page by page in the order of the API, which promises none. "oldest"
   * sorts by date: it reads the pass in slices of time of at most `sortLimit` events each, so that
   * only one slice is in memory at a time. The default is "as-sent", with `follow` or `from`
   * "oldest": late events come when they are found.
   */
  order?: "as-sent" | "oldest";
  /** The maximum number of events that `order: "oldest"` holds at once; 20,000 by default. */
  sortLimit?: number;
  /**
   * About how many events are remembered to recognise them again; 50,000 by default. If more fall
   * within the `overlap`, the overlap shrinks. A pass with more events cannot restart
   * if the API rejects a cursor of its own, and ends with that error.
   */
  memoryLimit?: number;
  /** The maximum number of pages of one pass, or of one slice; 10,000 by default. */
  maxPages?: number;
  /**
   * The maximum number of events per page: a parameter that the API accepts but does not document.
   */
  max?: number;
  /**
   * Called with each page before its events are yielded, and awaited. If a pass is sorted or had to
   * restart, a page may occur twice.
   */
  onPage?: (page: Page) => void | Promise<void>;
  /**
   * What to do with an item that is not a valid event: "skip", the default, leaves it out; "throw"
   * ends the stream; a function is called with it, and awaited. If a pass had to restart, it may
   * occur twice.
   */
  onInvalid?: "skip" | "throw" | ((invalid: InvalidUserEvent) => void | Promise<void>);
}

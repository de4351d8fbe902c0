import type { InvalidUserEvent, Page } from "../page/page.ts";
import type { PageOptions } from "../page/page_options.ts";

/** What `streamUserEvents()` reads, and how. Only `token` is required. */
export interface StreamUserEventsOptions extends PageOptions {
  /** The account group to run in; the login account group of the token's user by default. */
  aid?: string;
  /** Events of every account group that the token's user belongs to; false by default. */
  useAllPermittedAids?: boolean;
  /** How far to look back from now: `12h`, `7d`, `90` (seconds). Excludes the dates; `24h` if neither is given. */
  window?: string;
  /** The start of the range, inclusive; any form that `parseDate()` reads. */
  startDate?: string | Date;
  /** The end of the range, inclusive; only together with `startDate`; now by default. */
  endDate?: string | Date;
  /** Goes on at a page of an earlier pass; opaque. Excludes `follow` and `order: "oldest"`. */
  cursor?: string;
  /**
   * Goes on for ever, one closed pass after the other, with this many milliseconds between them; true is
   * 30,000. False, the default, ends the stream after one pass. Excludes `endDate`.
   */
  follow?: boolean | number;
  /** How far a pass looks back behind the end of the one before, in milliseconds; 900,000 (15 min) by default. */
  overlap?: number;
  /**
   * "as-sent", the default, gives events page by page in the order of the API, which promises none.
   * "oldest" sorts by date: it reads the pass in slices of time, each of at most `sortLimit` events, so
   * that a slice is in memory and never the pass.
   */
  order?: "as-sent" | "oldest";
  /** The most events held at once by `order: "oldest"`; 20,000 by default. */
  sortLimit?: number;
  /**
   * About how many events are remembered to know them again; 50,000 by default. When more than that fall
   * within the `overlap` of `follow`, the overlap shrinks. A pass that has given more cannot be begun again
   * when the API refuses a cursor of its own, and ends with that error.
   */
  memoryLimit?: number;
  /** The most pages of one pass, or of one slice; 10,000 by default. */
  maxPages?: number;
  /** Events per page: a parameter that the API takes, but does not document. */
  max?: number;
  /**
   * Called with each page that was read, before its events are given; waited for. Where a pass is sorted
   * or had to be begun again, a page may come twice.
   */
  onPage?: (page: Page) => void | Promise<void>;
  /**
   * What to do with an event that does not match the schema: "skip", the default, leaves it out; "throw"
   * ends the stream; a function is called with it, and waited for. Where a pass had to be begun again, it may
   * come twice.
   */
  onInvalid?: "skip" | "throw" | ((invalid: InvalidUserEvent) => void | Promise<void>);
}

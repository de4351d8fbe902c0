import { wholeSecond } from "../../stream/clock.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
import { identityOf } from "../event/event_identity.ts";
import { parseDate } from "../event/parse_date.ts";
import type { UserEvent } from "../event/user_event.ts";
import { firstPageUrl } from "../page/first_page_url.ts";
import { DEFAULT_BASE_URL } from "../page/base_url.ts";
import { readPage } from "../page/read_page.ts";
import type { StreamUserEventsOptions } from "./stream_user_events_options.ts";

/** A second with more pages than this is not read to its end. */
const MAX_PAGES = 5;

/**
 * Finds events that are shown twice in a pass although they happened once: some APIs begin each
 * page with the last row of the one before, and pages by offset do when a row comes in between.
 * Such an event looks like a true twin, so its second is read by itself: one page, as nearly always,
 * shows how many there are.
 */
export class RepeatedRows {
  readonly #options: StreamUserEventsOptions;
  #last: readonly UserEvent[] = [];
  /** The events of the largest page. */
  #largest = 0;
  /** How many pages turned out to begin with the last row of the one before, and how many not. */
  #repeated = 0;
  #others = 0;

  /** @param options How to read a page. */
  constructor(options: StreamUserEventsOptions) {
    this.#options = options;
  }

  /**
   * Leaves out the first event of a page if it is the last one of the page before.
   *
   * @param events The events of the page.
   * @returns The others.
   */
  async without(events: UserEvent[]): Promise<UserEvent[]> {
    const before = this.#last;
    const [first] = events;
    const last = before.at(-1);
    if (first === undefined) return events;
    this.#last = events;
    this.#largest = Math.max(this.#largest, events.length);
    if (last === undefined) return events;
    const identity = identityOf(first);
    if (identity !== identityOf(last)) {
      this.#others++;
      return events;
    }
    const shown = countOf(identity, before) + countOf(identity, events);
    return await this.#isRepeated(first, identity, shown) ? events.slice(1) : events;
  }

  async #isRepeated(event: UserEvent, identity: string, shown: number): Promise<boolean> {
    const pages = await this.#pagesOfSecond(event);
    const most = Math.max(0, ...(pages ?? []).map((page) => countOf(identity, page)));
    if (most >= shown) {
      this.#others++;
      return false;
    }
    if (pages?.length === 1) {
      this.#repeated++;
      return true;
    }
    // A page with room left has shown them all, unless this API has shorter pages for no reason.
    const hasRoom = pages !== undefined && pages[0]!.length < this.#largest;
    return this.#others === 0 && (hasRoom || this.#repeated > 0);
  }

  /** The first pages with events of the second of an event; undefined if they cannot be read. */
  async #pagesOfSecond({ date }: UserEvent): Promise<UserEvent[][] | undefined> {
    const at = date === undefined ? undefined : parseDate(date);
    if (at === undefined) return undefined;
    const { aid, useAllPermittedAids, max, baseUrl = DEFAULT_BASE_URL } = this.#options;
    let url: URL | undefined = firstPageUrl(baseUrl, {
      aid,
      useAllPermittedAids,
      max,
      startDate: wholeSecond(at),
      endDate: wholeSecond(at + 999),
    });
    const pages: UserEvent[][] = [];
    try {
      for (let read = 0; url !== undefined && read < MAX_PAGES; read++) {
        const { events, next } = await readPage(url, this.#options);
        if (events.length > 0) pages.push(events);
        url = next;
      }
    } catch (error) {
      // The stream itself goes on, or meets the same error; nothing can be told here.
      if (error instanceof ThousandEyesError) return undefined;
      throw error;
    }
    return pages.length > 0 ? pages : undefined;
  }
}

function countOf(identity: string, events: readonly UserEvent[]): number {
  return events.reduce((count, event) => count + (identityOf(event) === identity ? 1 : 0), 0);
}

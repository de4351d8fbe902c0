import type { Page } from "../../src/thousandeyes/page/page.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";

/** One event, and the time from which the API shows it. */
export interface Published {
  readonly event: UserEvent;
  readonly visibleAt: number;
  readonly row: number;
}

/** What may go wrong with one request: it throws, or changes the page. */
export type Fault = (page: Page, url: URL) => Page;

/** The API in memory: newest first, keyset cursors, both ends inclusive, like the real one. */
export class FakeApi {
  readonly published: Published[] = [];
  readonly asked: string[] = [];
  pageSize = 3;
  /** The faults of the next requests, in turn. */
  readonly faults: (Fault | undefined)[] = [];
  /** The fault of every other request. */
  always: Fault | undefined;
  /** Whether cursors are offsets, which shift when something is published, instead of rows. */
  countsPlaces = false;
  /** Whether each page begins with the last event of the one before. */
  repeatsLast = false;
  /** Whether the last page with something new has a next link. */
  closes = false;
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  publish(event: UserEvent, visibleAt: number = this.#now()): void {
    this.published.push({ event, visibleAt, row: this.published.length });
  }

  firstPage = (startDate: number, endDate: number): URL => {
    const url = new URL("https://api.example.com/v7/audit-user-events");
    url.searchParams.set("startDate", new Date(startDate).toISOString());
    url.searchParams.set("endDate", new Date(endDate).toISOString());
    return url;
  };

  readPage = async (url: URL, signal?: AbortSignal): Promise<Page> => {
    signal?.throwIfAborted();
    this.asked.push(url.href);
    await Promise.resolve();
    const page = this.#pageOf(url);
    const fault = this.faults.shift() ?? this.always;
    return fault === undefined ? page : fault(page, url);
  };

  #pageOf(url: URL): Page {
    const from = Date.parse(url.searchParams.get("startDate")!);
    const to = Date.parse(url.searchParams.get("endDate")!);
    const visible = this.published
      .filter(({ visibleAt }) => visibleAt <= this.#now())
      .filter(({ event }) => {
        const at = parseDate(event.date!)!;
        return at >= from && at <= to;
      })
      .sort((a, b) => parseDate(b.event.date!)! - parseDate(a.event.date!)! || b.row - a.row);
    const cursor = url.searchParams.get("cursor");
    const start = cursor === null
      ? 0
      : this.countsPlaces
      ? Number(cursor)
      : visible.findIndex(({ row }) => row === Number(cursor)) + 1;
    const again = this.repeatsLast && start > 0 ? 1 : 0;
    const rows = visible.slice(start - again, start + this.pageSize);
    let next: URL | undefined;
    const isEnd = start + this.pageSize >= visible.length;
    if (!isEnd || (this.closes && start < visible.length && rows.length > 0)) {
      next = new URL(url);
      next.searchParams.set(
        "cursor",
        String(this.countsPlaces ? start + this.pageSize : rows.at(-1)!.row),
      );
    }
    return { events: rows.map(({ event }) => ({ ...event })), invalid: [], next, bytes: 100 };
  }
}

/** A fault that fails the request. */
export function failsWith(...args: ConstructorParameters<typeof ThousandEyesError>): Fault {
  return () => {
    throw new ThousandEyesError(...args);
  };
}

import { type ReadonlySignal, signal } from "@preact/signals";
import { createEventSource, type EventSourceClient } from "eventsource-client";
import type { AlertState } from "../alert/alert_state.ts";
import { formatLastEventId, type LogPlace, parseLastEventId } from "../sse/last_event_id.ts";
import type { Gap } from "../sse/resume_at.ts";
import type { EntryRow, Row } from "./feed_row.ts";
import { api, ApiError, type FeedPage, request } from "./api.ts";

/** How the page stands to the stream; a filter that the API does not know is refused. */
export type Connection = "loading" | "live" | "reconnecting" | "refused";

/** The entries that are kept at most; the oldest are dropped, a tenth at a time. */
const MAX_ROWS = 100_000;
const PAGE_ROWS = 10_000;
/** The alerts whose states are remembered, for those that are still to arrive. */
const MAX_STATES = 10_000;
/** How far back one look through a filter goes, and how often it looks for so many entries. */
const LOOK = { entries: 100_000, times: 10, enough: 200 };

/** A filter in the words of the API: its parameters, of which a name may come several times. */
export type FeedQuery = readonly (readonly [name: string, value: string])[];

/** What a feed shows, and how much of it at the start. */
interface FeedLogOptions<Name extends "event" | "alert", Value> {
  /** How many entries of the log to look at, to begin with. */
  readonly history: number;
  /** Which of them to show; default all. */
  readonly query?: FeedQuery;
  /** The feed without the filter, which knows how far the log goes. */
  readonly whole?: FeedLog<Name, Value>;
}

/**
 * Events or alerts: the latest of the log, then every new one as it is recorded. It resumes where it
 * stopped, after a restart of the server too; what is lost is a row of its own. With a filter, which
 * the server applies, it looks further back until there is something to show.
 */
export class FeedLog<Name extends "event" | "alert", Value> {
  /** The rows, oldest first; `changed` tells of every change. */
  rows: Row<Value>[] = [];
  /**
   * How many rows have been dropped at the front, less those that were loaded there, so that
   * `dropped + index` names a row for ever.
   */
  dropped = 0;
  /** What the feed holds. */
  readonly name: Name;
  readonly #options: FeedLogOptions<Name, Value>;
  readonly #query: FeedQuery;
  readonly #changed = signal(0);
  readonly #connection = signal<Connection>("loading");
  readonly #problem = signal("");
  readonly #hasOlder = signal(false);
  #source: EventSourceClient | undefined;
  #lastId = "";
  /** What people have made of alerts since they were read, by the alert's own id. */
  readonly #states = new Map<string, AlertState>();
  /** Feeds that show a part of this one. */
  readonly #parts = new Set<FeedLog<Name, Value>>();
  /** Everything after this place has been looked at. */
  #start: LogPlace | undefined;
  #announced = false;
  #ended = new AbortController();

  /**
   * @param name What the feed holds.
   * @param options What it shows.
   */
  constructor(name: Name, options: FeedLogOptions<Name, Value>) {
    this.name = name;
    this.#options = options;
    this.#query = options.query ?? [];
    if (options.whole !== undefined) options.whole.#parts.add(this);
    document.addEventListener("visibilitychange", this.#onVisibility);
    void this.#begin();
  }

  /** Changes whenever the rows do, at most once in a frame. */
  get changed(): ReadonlySignal<number> {
    return this.#changed;
  }

  /** How the page stands to the stream. */
  get connection(): ReadonlySignal<Connection> {
    return this.#connection;
  }

  /** Why there is no stream; empty if there is one. */
  get problem(): ReadonlySignal<string> {
    return this.#problem;
  }

  /** Whether the log may hold entries before those that are loaded, and there is room for them. */
  get hasOlder(): ReadonlySignal<boolean> {
    return this.#hasOlder;
  }

  /** How many entries of the log the rows are chosen from. */
  get span(): number {
    const { whole = this } = this.#options;
    return Math.max(seqOf(this.#lastId), seqOf(whole.#lastId)) - (this.#start?.seq ?? 0);
  }

  /** Loads what is before the rows: up to 10,000 entries, or what matches among 100,000. */
  async loadOlder(): Promise<void> {
    const end = this.#start;
    if (end === undefined) return;
    const reach = this.#query.length === 0 ? PAGE_ROWS : LOOK.entries;
    const count = Math.min(reach, end.seq, MAX_ROWS - this.rows.length);
    let start = end.seq - count;
    let isAll = start === 0;
    const older: Row<Value>[] = [];
    for (let seq = start; seq < end.seq;) {
      const limit = Math.min(PAGE_ROWS, end.seq - seq);
      const page = await this.#page(
        formatLastEventId({ ...end, seq }),
        limit,
        this.#ended.signal,
      );
      // A page of what matches may reach beyond.
      older.push(...this.#rowsOf(page).filter(({ id }) => seqOf(id) <= end.seq));
      if (page.gap !== null) {
        isAll = true; // the log keeps no more
        start = Math.min(seqOf(page.gap.from), end.seq);
      }
      const next = parseLastEventId(page.next);
      if (next === undefined || next.epoch !== end.epoch || next.seq <= seq) break;
      seq = next.seq;
    }
    if (this.#start !== end) return; // the log has begun anew, or somebody else was faster
    this.rows.unshift(...older);
    this.dropped -= older.length;
    this.#start = { ...end, seq: start };
    this.#hasOlder.value = !isAll && this.rows.length < MAX_ROWS;
    this.#announce();
  }

  /** Reads everything again: the states of alerts may be others. */
  reload(): void {
    for (const part of this.#parts) part.reload();
    this.#source?.close();
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#states.clear();
    void this.#begin();
  }

  /** Ends it. */
  close(): void {
    this.#ended.abort();
    const { whole } = this.#options;
    if (whole !== undefined) whole.#parts.delete(this);
    this.#source?.close();
    document.removeEventListener("visibilitychange", this.#onVisibility);
  }

  /**
   * Notes the state that an alert is in, here and in feeds that show a part of this one.
   *
   * @param id The alert's own id.
   * @param state Its state.
   */
  update(id: string, state: AlertState): void {
    const index = this.rows.findIndex((row) => "id" in row && idOf(row.value) === id);
    const row = this.rows[index];
    for (const part of this.#parts) part.update(id, state);
    this.#states.delete(id);
    this.#states.set(id, state); // as the latest
    const [oldest] = this.#states.keys();
    if (this.#states.size > MAX_STATES && oldest !== undefined) this.#states.delete(oldest);
    if (row === undefined || !("id" in row)) return;
    this.rows[index] = { ...row, state };
    this.#announce();
  }

  get #path(): string {
    return `/v1/${this.name}s`;
  }

  /** Loads the latest entries, and follows the log from there on; tries until it succeeds. */
  async #begin(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#load(signal);
        this.#problem.value = "";
        this.#follow();
        return void this.#lookBack();
      } catch (error) {
        const status = error instanceof ApiError ? error.status : 0;
        if (signal.aborted || status === 401) return;
        this.#problem.value = messageOf(error);
        if (status === 400) {
          this.#connection.value = "refused";
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      }
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { next: head } = await this.#page("latest", 1, signal);
    const place = parseLastEventId(head);
    const start = Math.max(0, (place?.seq ?? 0) - this.#options.history);
    this.#drop(this.rows.length);
    this.#start = place && { ...place, seq: start };
    this.#lastId = place === undefined ? head : formatLastEventId({ ...place, seq: start });
    this.#hasOlder.value = start > 0;
    for (let more = true, isFirst = true; more; isFirst = false) {
      const page = await this.#page(this.#lastId, PAGE_ROWS, signal);
      // Where the first page begins was a guess: nothing that this reader has seen is missing there.
      if (page.gap !== null && isFirst) {
        this.#hasOlder.value = false;
        this.#start = parseLastEventId(page.gap.from);
      } else if (page.gap !== null) this.#add({ lost: page.gap.lost });
      for (const row of this.#rowsOf(page)) this.#add(row);
      this.#lastId = page.next;
      more = page.more;
    }
  }

  /** A filter may match little: it goes back until there is something to read. */
  async #lookBack(): Promise<void> {
    if (this.#query.length === 0) return;
    try {
      for (let times = 0; times < LOOK.times && this.rows.length < LOOK.enough; times++) {
        if (!this.#hasOlder.value) return;
        await this.loadOlder();
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#problem.value = messageOf(error);
    }
  }

  #page(after: string, limit: number, signal: AbortSignal): Promise<FeedPage<Name, Value>> {
    const query = this.#filtered();
    query.append("after", after);
    query.append("limit", String(limit));
    return api.page<Name, Value>(this.#path, query, signal);
  }

  #filtered(): URLSearchParams {
    return new URLSearchParams(this.#query.map(([name, value]) => [name, value]));
  }

  #rowsOf(page: FeedPage<Name, Value>): EntryRow<Value>[] {
    return page[`${this.name}s`].map((item) => {
      const { id, recordedAt, state } = item;
      return { id, recordedAt, value: item[this.name], ...(state === undefined ? {} : { state }) };
    });
  }

  #follow(): void {
    this.#source?.close();
    const query = this.#filtered();
    this.#source = createEventSource({
      url: query.size === 0 ? this.#path : `${this.#path}?${query}`,
      initialLastEventId: this.#lastId,
      // It sends the token, and turns an answer that is no stream into a failure that is retried.
      fetch: (url, init) => request(String(url), init as RequestInit),
      onMessage: ({ event, id, data }) => this.#take(event ?? "", id, data),
      onScheduleReconnect: () => {
        this.#connection.value = "reconnecting";
      },
    });
  }

  #take(event: string, id: string | undefined, data: string): void {
    if (event === "ready") {
      this.#connection.value = "live";
      this.#problem.value = "";
    } else if (event === "overloaded") {
      this.#problem.value = "Too many clients follow the log. The page tries again by itself.";
    } else if (event === "gap") {
      const { lost, from } = JSON.parse(data) as Gap;
      if (lost === null) { // the log has begun anew: it sends all that it keeps again
        this.#drop(this.rows.length);
        this.#start = parseLastEventId(from);
      }
      this.#add({ lost });
    } else if ((event === "audit" || event === "alert") && id !== undefined) {
      const recordedAt = new Date().toISOString();
      const value = JSON.parse(data) as Value;
      if (event === "audit") this.#add({ id, recordedAt, value });
      else this.#add({ id, recordedAt, value, state: this.#states.get(idOf(value)) ?? "open" });
    }
    if (id !== undefined) this.#lastId = id;
  }

  #add(row: Row<Value>): void {
    this.rows.push(row);
    if (this.rows.length > MAX_ROWS) this.#drop(MAX_ROWS / 10);
    this.#announce();
  }

  #drop(count: number): void {
    const last = this.rows.splice(0, count).findLast((row) => "id" in row);
    if (last !== undefined) this.#start = parseLastEventId(last.id);
    this.dropped += count;
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    requestAnimationFrame(() => {
      this.#announced = false;
      this.#changed.value++;
    });
  }

  /** A page that nobody sees holds no stream; it resumes where it stopped. */
  #onVisibility = (): void => {
    if (this.#lastId === "" || this.#source === undefined) return;
    if (document.hidden) this.#source.close();
    else this.#follow();
  };
}

/** The alert's own id. */
function idOf(alert: unknown): string {
  return (alert as { readonly id?: string }).id ?? "";
}

function seqOf(id: string): number {
  return parseLastEventId(id)?.seq ?? 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

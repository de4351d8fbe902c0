import { type ReadonlySignal, signal } from "@preact/signals";
import { createEventSource, type EventSourceClient } from "eventsource-client";
import type { AlertState } from "../alert/alert_state.ts";
import { formatLastEventId, parseLastEventId } from "../sse/last_event_id.ts";
import type { Gap } from "../sse/resume_at.ts";
import type { EntryRow, Row } from "./feed_row.ts";
import { api, ApiError, type FeedPage, request } from "./api.ts";

/** How the page stands to the stream. */
export type Connection = "loading" | "live" | "reconnecting";

/** The entries that are kept at most; the oldest are dropped, a tenth at a time. */
const MAX_ROWS = 100_000;
const PAGE_ROWS = 10_000;

/**
 * Events or alerts: the latest of the log, then every new one as it is recorded. It resumes where it
 * stopped, after a restart of the server too; what is lost is a row of its own.
 */
export class FeedLog<Name extends "event" | "alert", Value> {
  /** The rows, oldest first; `changed` tells of every change. */
  rows: Row<Value>[] = [];
  /**
   * How many rows have been dropped at the front, less those that were loaded there, so that
   * `dropped + index` names a row for ever.
   */
  dropped = 0;
  readonly #name: Name;
  readonly #history: number;
  readonly #changed = signal(0);
  readonly #connection = signal<Connection>("loading");
  readonly #problem = signal("");
  readonly #hasOlder = signal(false);
  #source: EventSourceClient | undefined;
  #lastId = "";
  #announced = false;
  #ended = new AbortController();

  /**
   * @param name What the feed holds.
   * @param history How many entries to load at the start.
   */
  constructor(name: Name, history: number) {
    this.#name = name;
    this.#history = history;
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

  /** Loads up to 10,000 entries before those that are loaded. */
  async loadOlder(): Promise<void> {
    const first = this.rows.find((row) => "id" in row);
    const place = first === undefined ? undefined : parseLastEventId(first.id);
    if (place === undefined) return;
    const count = Math.min(PAGE_ROWS, place.seq - 1, MAX_ROWS - this.rows.length);
    const after = formatLastEventId({ ...place, seq: place.seq - 1 - count });
    const older: Row<Value>[] = [];
    let hasMore = place.seq - 1 > count;
    for (let next = after, left = count; left > 0;) {
      const page = await this.#page(next, left, this.#ended.signal);
      const rows = this.#rowsOf(page);
      older.push(...rows);
      if (page.gap !== null) hasMore = false; // the log keeps no more
      left -= rows.length + (page.gap?.lost ?? 0);
      next = page.next;
      if (rows.length === 0) break;
    }
    this.rows.unshift(...older);
    this.dropped -= older.length;
    this.#hasOlder.value = hasMore && this.rows.length < MAX_ROWS;
    this.#announce();
  }

  /** Ends it. */
  close(): void {
    this.#ended.abort();
    this.#source?.close();
    document.removeEventListener("visibilitychange", this.#onVisibility);
  }

  /** Replaces the entry of an alert whose state has changed. */
  update(id: string, state: AlertState): void {
    const index = this.rows.findIndex((row) => "id" in row && row.id === id);
    const row = this.rows[index];
    if (row === undefined || !("id" in row)) return;
    this.rows[index] = { ...row, state };
    this.#announce();
  }

  get #path(): string {
    return `/v1/${this.#name}s`;
  }

  /** Loads the latest entries, and follows the log from there on; tries until it succeeds. */
  async #begin(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#load(signal);
        this.#problem.value = "";
        return this.#follow();
      } catch (error) {
        if (signal.aborted || (error instanceof ApiError && error.status === 401)) return;
        this.#problem.value = error instanceof Error ? error.message : String(error);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      }
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { next: head } = await this.#page("latest", 1, signal);
    const place = parseLastEventId(head);
    const start = Math.max(0, (place?.seq ?? 0) - this.#history);
    this.#lastId = place === undefined ? head : formatLastEventId({ ...place, seq: start });
    this.#hasOlder.value = start > 0;
    this.#drop(this.rows.length);
    for (let more = true, isFirst = true; more; isFirst = false) {
      const page = await this.#page(this.#lastId, PAGE_ROWS, signal);
      // Where the first page begins was a guess: nothing that this reader has seen is missing there.
      if (page.gap !== null && isFirst) this.#hasOlder.value = false;
      else if (page.gap !== null) this.#add({ lost: page.gap.lost });
      for (const row of this.#rowsOf(page)) this.#add(row);
      this.#lastId = page.next;
      more = page.more;
    }
  }

  #page(after: string, limit: number, signal: AbortSignal): Promise<FeedPage<Name, Value>> {
    return api.page<Name, Value>(this.#path, { after, limit: String(limit) }, signal);
  }

  #rowsOf(page: FeedPage<Name, Value>): EntryRow<Value>[] {
    return page[`${this.#name}s`].map((item) => {
      const { id, recordedAt, state } = item;
      return { id, recordedAt, value: item[this.#name], ...(state === undefined ? {} : { state }) };
    });
  }

  #follow(): void {
    this.#source?.close();
    this.#source = createEventSource({
      url: this.#path,
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
      const { lost } = JSON.parse(data) as Gap;
      // The log has begun anew: it sends all that it keeps again.
      if (lost === null) this.#drop(this.rows.length);
      this.#add({ lost });
    } else if ((event === "audit" || event === "alert") && id !== undefined) {
      const recordedAt = new Date().toISOString();
      const state = event === "alert" ? { state: "open" as const } : {};
      this.#add({ id, recordedAt, value: JSON.parse(data) as Value, ...state });
    }
    if (id !== undefined) this.#lastId = id;
  }

  #add(row: Row<Value>): void {
    this.rows.push(row);
    if (this.rows.length > MAX_ROWS) this.#drop(MAX_ROWS / 10);
    this.#announce();
  }

  #drop(count: number): void {
    this.rows.splice(0, count);
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

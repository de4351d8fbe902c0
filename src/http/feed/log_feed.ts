import type { LogHead, LogReader } from "../../store/log.ts";
import type { Feed, FeedEntry } from "../log_access.ts";

/** What a feed is made over. */
export interface LogFeedOptions {
  /** The log. */
  log: Pick<LogReader, "head" | "alertsHead" | "eventsAfter" | "alertsAfter" | "onAppend">;
  /** Which of its two sequences. */
  entry: "event" | "alert";
  /**
   * Resolves when all that is written so far would survive a crash; at once where writing itself waits for that.
   * Nobody is shown an entry before, or it might be shown an id that is given out again.
   */
  durable: () => Promise<unknown>;
  /** Told when `durable` fails: what was written is not shown then. */
  report: (error: unknown) => void;
}

/** One sequence of the log as its readers see it: only what is durable. */
export class LogFeed implements Feed {
  #options: LogFeedOptions;
  #listeners = new Set<() => void>();
  /** The last seq that may be shown. */
  #shown: number;
  /** The range, for as long as nothing else can run: a thousand subscribers that wake together ask once. */
  #range: LogHead | undefined;

  /** @param options The log, which of its sequences, and when it is durable. */
  constructor(options: LogFeedOptions) {
    this.#options = options;
    this.#shown = this.#written().newest;
    options.log.onAppend(() => {
      const { newest } = this.#written(); // later ones may not be durable by then
      options.durable().then(() => this.#show(newest), options.report);
    });
  }

  /** How many follow it. */
  get followers(): number {
    return this.#listeners.size;
  }

  /** @inheritdoc */
  head(): LogHead {
    if (this.#range === undefined) {
      const { epoch, oldest, newest } = this.#written();
      this.#range = { epoch, oldest, newest: Math.min(newest, this.#shown) };
      queueMicrotask(() => this.#range = undefined);
    }
    return this.#range;
  }

  /** @inheritdoc */
  read(after: number, limit: number, maxBytes?: number): FeedEntry[] {
    const { log, entry } = this.#options;
    const most = Math.min(limit, this.#shown - after);
    if (most <= 0) return [];
    const rows = entry === "event"
      ? log.eventsAfter(after, most, maxBytes)
      : log.alertsAfter(after, most, maxBytes);
    const type = entry === "event" ? "audit" : "alert";
    const entries: FeedEntry[] = [];
    for (const { seq, recordedAt, body } of rows) {
      if (seq <= this.#shown) entries.push({ seq, type, recordedAt, body });
    }
    return entries;
  }

  /** @inheritdoc */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #written(): LogHead {
    const { log, entry } = this.#options;
    return entry === "event" ? log.head() : log.alertsHead();
  }

  #show(newest: number): void {
    if (newest <= this.#shown) return;
    this.#shown = newest;
    this.#range = undefined;
    for (const listener of [...this.#listeners]) listener();
  }
}

import type { AlertState } from "../../alert/alert_state.ts";
import type { Clock } from "../../stream/clock.ts";
import type { LogHead, LogReader } from "../../store/log.ts";
import type { Reading } from "../../sse/sse_source.ts";
import type { EntryFilter, FeedEntry, SharedFeed, WholeFeed } from "../log_access.ts";
import { FilterTable } from "./filter_table.ts";

type LogQueries =
  | "head"
  | "alertsHead"
  | "eventsAfter"
  | "alertsAfter"
  | "onAppend"
  | "transactions";

/** What a feed reads from. */
export interface LogFeedOptions {
  /** The log. */
  log: Pick<LogReader, LogQueries>;
  /** Which of its two sequences. */
  entry: "event" | "alert";
  /**
   * Resolves when everything written so far would survive a crash; at once where a write itself
   * waits for that. No entry is shown before, or a reader could see an id that is later used again.
   */
  durable: () => Promise<unknown>;
  /** The time, and what is waited for so that others have a turn. */
  clock: Clock;
  /** Receives the error when `durable` fails; what was written is not shown then. */
  report: (error: unknown) => void;
}

/** So many subscribers that have something to do are told of an entry in one turn. */
const TOLD_IN_A_TURN = 64;

/** One sequence of the log as its readers see it: only durable entries. */
export class LogFeed implements WholeFeed {
  #options: LogFeedOptions;
  #listeners = new Set<() => unknown>();
  /** The last seq that may be shown. */
  #shown: number;
  /** The last seq that was written. */
  #newest = 0;
  /** Whether subscribers are being told; they are told of later entries in the next round. */
  #isTelling = false;
  /** When the first entry that is not shown yet was written, in milliseconds since the Unix epoch. */
  #hiddenSince: number | undefined;
  /** The range, as of a transaction: thousands of subscribers ask for it after each write. */
  #range: { readonly head: LogHead; readonly asOf: number } | undefined;
  #filters = new FilterTable(this);

  /** @param options The log, which of its sequences, and when it is durable. */
  constructor(options: LogFeedOptions) {
    this.#options = options;
    this.#shown = this.#written().newest;
    options.log.onAppend(() => {
      const { newest } = this.#written(); // entries that come later may not be durable by then
      if (newest > this.#shown) this.#hiddenSince ??= options.clock.now();
      this.#newest = newest;
      options.durable().then(() => this.#show(newest), options.report);
    });
  }

  /** The number of subscribers. */
  get followers(): number {
    return this.#listeners.size;
  }

  /** Since when entries are written but not shown, in milliseconds since the Unix epoch. */
  get hiddenSince(): number | undefined {
    return this.#hiddenSince;
  }

  /** @inheritdoc */
  head(): LogHead {
    const asOf = this.#options.log.transactions();
    if (this.#range?.asOf !== asOf) {
      const { epoch, oldest, newest } = this.#written();
      this.#range = { head: { epoch, oldest, newest: Math.min(newest, this.#shown) }, asOf };
    }
    return this.#range.head;
  }

  /** @inheritdoc */
  read(after: number, limit: number, maxBytes?: number, state?: AlertState): Reading<FeedEntry> {
    const { log, entry } = this.#options;
    const count = Math.min(limit, this.#shown - after);
    if (count <= 0) return { entries: [], to: after };
    const rows: readonly Omit<FeedEntry, "type">[] = entry === "event"
      ? log.eventsAfter(after, count, maxBytes)
      : log.alertsAfter(after, count, maxBytes, state);
    const type = entry === "event" ? "audit" : "alert";
    const entries: FeedEntry[] = [];
    for (const { seq, at, recordedAt, body, state } of rows) {
      if (seq > this.#shown) break;
      entries.push({ seq, type, at, recordedAt, body, ...(state !== undefined && { state }) });
    }
    // Where nothing more is in this state, the next reading begins at the end.
    const to = entries.at(-1)?.seq ?? (state === undefined ? after : this.#shown);
    return { entries, to };
  }

  /** @inheritdoc */
  transactions(): number {
    return this.#options.log.transactions();
  }

  /** @inheritdoc */
  filtered(filter: EntryFilter, holder: string): SharedFeed | undefined {
    return this.#filters.share(filter, holder);
  }

  /** @inheritdoc */
  onAppend(listener: () => unknown): () => void {
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
    // What was written since is waited for as well, and for less long.
    this.#hiddenSince = this.#newest > newest ? this.#options.clock.now() : undefined;
    this.#range = undefined;
    if (!this.#isTelling) this.#tell().catch(this.#options.report);
  }

  /**
   * Tells the subscribers, some in each turn: what those write leaves meanwhile, instead of when all
   * of thousands have written.
   */
  async #tell(): Promise<void> {
    this.#isTelling = true;
    try {
      for (let told = 0; told < this.#shown;) {
        told = this.#shown;
        let busy = 0;
        for (const listener of this.#listeners) {
          if (busy === TOLD_IN_A_TURN) {
            await this.#options.clock.wait(0);
            busy = 0;
          }
          if (listener() !== false) busy++;
        }
      }
    } finally {
      this.#isTelling = false;
    }
  }
}

import type { AlertState } from "../../alert/alert_state.ts";
import type { Reading } from "../../sse/sse_source.ts";
import type { LogHead } from "../../store/log.ts";
import type { EntryFilter, Feed, FeedEntry } from "../log_access.ts";
import { Verdicts } from "./verdicts.ts";

/** What one read of the log fetches: usually some tens of kilobytes. */
const FETCH_ENTRIES = 128;
const FETCH_BYTES = 64 * 1024;
/** What one reading looks at if nothing matches: a few milliseconds of work, then others run. */
const SPAN_ENTRIES = 1_024;
const SPAN_BYTES = 1024 * 1024;

/**
 * The entries of a feed that a filter asks for. The filter is asked once about each entry, however
 * many read it, and from wherever: what it said is kept.
 */
export class FilteredFeed implements Feed {
  readonly #feed: Feed;
  readonly #filter: EntryFilter;
  readonly #verdicts = new Verdicts();
  #epoch = "";

  /**
   * @param feed All entries.
   * @param filter Which of them to show.
   */
  constructor(feed: Feed, filter: EntryFilter) {
    this.#feed = feed;
    this.#filter = filter;
  }

  /** @inheritdoc */
  head(): LogHead {
    return this.#feed.head();
  }

  /** @inheritdoc */
  onAppend(listener: () => unknown): () => void {
    return this.#feed.onAppend(listener);
  }

  /** @inheritdoc */
  transactions(): number {
    return this.#feed.transactions();
  }

  /** @inheritdoc */
  read(
    after: number,
    limit: number,
    maxBytes = Infinity,
    state?: AlertState,
  ): Reading<FeedEntry> {
    const { epoch, newest } = this.head();
    if (epoch !== this.#epoch) this.#verdicts.clear(); // a seq may mean another entry
    this.#epoch = epoch;
    const found: FeedEntry[] = [];
    let [to, size, spanEntries, spanBytes] = [after, 0, 0, 0];
    while (to < newest && spanEntries < SPAN_ENTRIES && spanBytes < SPAN_BYTES) {
      const from = Math.min(this.#verdicts.lastBeforeNext(to), newest);
      const { entries, to: end } = this.#feed.read(from, FETCH_ENTRIES, FETCH_BYTES, state);
      for (const entry of entries) {
        const { seq, body: { length } } = entry;
        spanBytes += length;
        if (this.#isMatch(entry)) {
          const isOver = found.length >= limit || (found.length > 0 && size + length > maxBytes);
          if (isOver) return { entries: found, to };
          found.push(entry);
          size += length;
        }
        to = seq;
      }
      spanEntries += entries.length;
      if (end === to && entries.length === 0) break;
      to = Math.max(end, from);
    }
    return { entries: found, to };
  }

  #isMatch(entry: FeedEntry): boolean {
    const known = this.#verdicts.get(entry.seq);
    if (known !== undefined) return known;
    const isMatch = this.#filter.matches(entry);
    this.#verdicts.set(entry.seq, isMatch);
    return isMatch;
  }
}

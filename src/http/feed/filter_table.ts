import type { EntryFilter, Feed, SharedFeed } from "../log_access.ts";
import { FilteredFeed } from "./filtered_feed.ts";

/** How many different filters one feed keeps: each has up to 128 KB of what it has said. */
export const MAX_FILTERS = 64;
/** How many of them one token may use at a time. */
export const MAX_FILTERS_PER_TOKEN = MAX_FILTERS / 2;

interface Kept {
  readonly feed: FilteredFeed;
  /** How many answers use it, by the name of their token. */
  readonly users: Map<string, number>;
}

/**
 * The filters through which a feed is read: all who ask for the same share one, so that the log is
 * filtered once for them. One that nobody uses makes room for another, the longest unused first.
 */
export class FilterTable {
  readonly #feed: Feed;
  /** By key, the longest unused first. */
  readonly #kept = new Map<string, Kept>();

  /** @param feed The feed. */
  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /**
   * Reads the feed through a filter.
   *
   * @param filter The filter.
   * @param holder The name of the token that asks.
   * @returns What the filter asks for; undefined if all are in use, or too many by this token.
   */
  share(filter: EntryFilter, holder: string): SharedFeed | undefined {
    const known = this.#kept.get(filter.key);
    const isUsing = known?.users.has(holder) ?? false;
    if (!isUsing && this.#usedBy(holder) >= MAX_FILTERS_PER_TOKEN) return undefined;
    const kept = known ?? this.#keep(filter);
    if (kept === undefined) return undefined;
    const { feed, users } = kept;
    users.set(holder, (users.get(holder) ?? 0) + 1);
    this.#kept.delete(filter.key);
    this.#kept.set(filter.key, kept);
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      const left = (users.get(holder) ?? 0) - 1;
      if (left > 0) users.set(holder, left);
      else users.delete(holder);
    };
    return { feed, release };
  }

  #keep(filter: EntryFilter): Kept | undefined {
    if (this.#kept.size >= MAX_FILTERS) {
      const unused = [...this.#kept].find(([, { users }]) => users.size === 0);
      if (unused === undefined) return undefined;
      this.#kept.delete(unused[0]);
    }
    const kept = { feed: new FilteredFeed(this.#feed, filter), users: new Map() };
    this.#kept.set(filter.key, kept);
    return kept;
  }

  #usedBy(holder: string): number {
    return [...this.#kept.values()].filter(({ users }) => users.has(holder)).length;
  }
}

import { useEffect, useMemo } from "preact/hooks";
import { FeedLog, type FeedQuery } from "./feed_log.ts";

/** How many entries of the log a filter looks at to begin with. */
const HISTORY = 10_000;

/**
 * A feed through a filter: another stream, which ends with the component or the filter.
 *
 * @param whole The feed without a filter.
 * @param query The filter; if it is empty, the whole feed is shown.
 * @returns The feed to show.
 */
export function useFeed<Name extends "event" | "alert", Value>(
  whole: FeedLog<Name, Value>,
  query: FeedQuery,
): FeedLog<Name, Value> {
  const feed = useMemo(
    () => query.length === 0 ? whole : new FeedLog(whole.name, { history: HISTORY, query, whole }),
    [whole, JSON.stringify(query)],
  );
  useEffect(() => () => {
    if (feed !== whole) feed.close();
  }, [feed]);
  return feed;
}

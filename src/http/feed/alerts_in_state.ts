import type { AlertState } from "../../alert/alert_state.ts";
import type { Feed } from "../log_access.ts";

/** What was made of a feed, so that all who ask for the same state share what is read for them. */
const made = new WeakMap<Feed, Map<AlertState, Feed>>();

/**
 * The alerts of a feed that are in a state when they are read. Whoever has read past an alert does
 * not see it again when its state changes.
 *
 * @param feed The alerts.
 * @param state The state; undefined for all entries.
 * @returns Those in that state; the same object for the same arguments.
 */
export function alertsInState(feed: Feed, state: AlertState | undefined): Feed {
  if (state === undefined) return feed;
  const byState = made.get(feed) ?? new Map<AlertState, Feed>();
  made.set(feed, byState);
  const known = byState.get(state);
  if (known !== undefined) return known;
  const view: Feed = {
    head: () => feed.head(),
    read: (after, limit, maxBytes) => feed.read(after, limit, maxBytes, state),
    onAppend: (listener) => feed.onAppend(listener),
    transactions: () => feed.transactions(),
    asOf: () => feed.transactions(),
  };
  byState.set(state, view);
  return view;
}

/**
 * Which view is shown, with which filters: the fragment of the address, such as
 * `#/alerts?level=high`, so that a view can be shared and no server sees what is looked for.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { takeTokenFromAddress } from "./session.ts";

/** The views, in the order of the navigation. */
export const VIEWS = ["now", "alerts", "events", "rules", "deliveries"] as const;

/** The name of a view. */
export type View = typeof VIEWS[number];

/** A view and its filters. */
export interface Address {
  /** The view. */
  readonly view: View;
  /** Its filters by name; a filter that is not set is absent. */
  readonly filters: Readonly<Record<string, string>>;
}

takeTokenFromAddress();
const shown = signal(parse(location.hash));

/** What is shown. */
export const address: ReadonlySignal<Address> = computed(() => shown.value);

addEventListener("hashchange", () => {
  takeTokenFromAddress();
  shown.value = parse(location.hash);
});

function parse(fragment: string): Address {
  const [, name = "", query = ""] = /^#\/([a-z]*)(?:\?(.*))?$/.exec(fragment) ?? [];
  const filters = Object.fromEntries(new URLSearchParams(query));
  return { view: VIEWS.find((view) => view === name) ?? "now", filters };
}

/**
 * The link to a view.
 *
 * @param view The view.
 * @param filters Its filters; empty ones are left out.
 * @returns A fragment, for `href`.
 */
export function linkTo(view: View, filters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""));
  return `#/${view}${query.size === 0 ? "" : `?${query}`}`;
}

/**
 * Changes filters of the view that is shown. It replaces the address, since each letter that is
 * typed would be a step of "back" otherwise.
 *
 * @param changes The filters to set; an empty string removes one.
 */
export function setFilters(changes: Readonly<Record<string, string>>): void {
  const { view, filters } = shown.value;
  history.replaceState(null, "", linkTo(view, { ...filters, ...changes }));
  shown.value = parse(location.hash);
}

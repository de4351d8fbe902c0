/**
 * Which view is shown, with which filters: the fragment of the address, such as
 * `#/alerts?level=high`, so that a view can be shared and no server sees what is looked for.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { takeTokenFromAddress } from "./session.ts";

/** The views, in the order of the navigation. */
export const VIEWS = ["now", "alerts", "events", "rules", "deliveries", "sources"] as const;

/** The name of a view. */
export type View = typeof VIEWS[number];

/** The name of a view that shows what happens in one source. */
export type ViewOfSource = Exclude<View, "sources">;

/** A condition on events, in the words of the API: `user`, or a field with Sigma's modifiers. */
export type Condition = readonly [key: string, value: string];

/** What the page itself, or the API for one value only, knows by these names. */
const FILTERS = [
  "q",
  "id",
  "since",
  "until",
  "level",
  "state",
  "rule",
  "endpoint",
  "alert",
  "before",
  "source",
] as const;

/** Filters by name; one that is not set is absent. */
export type Filters = Readonly<Partial<Record<typeof FILTERS[number], string>>>;

/** A view and its filters. */
export interface Address {
  /** The view. */
  readonly view: View;
  /** Its filters. */
  readonly filters: Filters;
  /** The conditions on events, which is everything else; a key may come several times. */
  readonly conditions: readonly Condition[];
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
  const filters: Partial<Record<string, string>> = {};
  const conditions: Condition[] = [];
  for (const [key, value] of new URLSearchParams(query)) {
    if ((FILTERS as readonly string[]).includes(key)) filters[key] = value;
    else conditions.push([key, value]);
  }
  return { view: VIEWS.find((view) => view === name) ?? "now", filters, conditions };
}

/**
 * The link to a view, of the source that is shown now unless the filters name one.
 *
 * @param view The view.
 * @param filters Its filters; empty ones are left out.
 * @param conditions Its conditions on events; default none.
 * @returns A fragment, for `href`.
 */
export function linkTo(
  view: View,
  filters: Filters = {},
  conditions: readonly Condition[] = [],
): string {
  const { source = "" } = shown.value.filters;
  const set = Object.entries({ ...filters, source: filters.source ?? source })
    .filter(([, value]) => value !== "");
  const query = new URLSearchParams([...set, ...conditions].map(([key, value]) => [key, value]));
  return `#/${view}${query.size === 0 ? "" : `?${query}`}`;
}

/**
 * Changes filters of the view that is shown. It replaces the address, since each letter that is
 * typed would be a step of "back" otherwise.
 *
 * @param changes The filters to set; an empty string removes one.
 */
export function setFilters(changes: Filters): void {
  const { view, filters, conditions } = shown.value;
  replace(linkTo(view, { ...filters, ...changes }, conditions));
}

/**
 * Changes the conditions of the view that is shown.
 *
 * @param conditions All that hold from now on.
 */
export function setConditions(conditions: readonly Condition[]): void {
  const { view, filters } = shown.value;
  replace(linkTo(view, filters, conditions));
}

function replace(fragment: string): void {
  history.replaceState(null, "", fragment);
  shown.value = parse(location.hash);
}

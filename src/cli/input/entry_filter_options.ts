import { parseWindow } from "../../thousandeyes/stream/parse_window.ts";
import { UsageError } from "../exit_code.ts";

/** Which entries of the log are meant: the filters of the API, in its own words. */
export interface EntryFilterOptions {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly level?: string;
  readonly rule?: string;
  readonly where?: readonly string[];
}

/** Parameters that are no fields of an event. */
const RESERVED = new Set(
  "after last_event_id lastEventId limit state since until user level rule source".split(" "),
);

/**
 * Makes the query of `/v1/events` and `/v1/alerts`, which say themselves what is wrong with a value.
 *
 * @param options The filters.
 * @param now The time that a look back is counted from, in milliseconds since the Unix epoch.
 * @throws {UsageError} If a condition is no pair of a field and a value.
 */
export function filterQuery(options: EntryFilterOptions, now: number): URLSearchParams {
  const { since, until, user, level, rule, where = [] } = options;
  const query = new URLSearchParams();
  const times = { since: since && timeOf(since, now), until: until && timeOf(until, now) };
  for (const [name, value] of Object.entries({ ...times, user, level, rule })) {
    if (value !== undefined) query.set(name, value);
  }
  for (const condition of where) {
    const [, field = "", value = ""] = /^([^=]+)=([^]*)$/.exec(condition) ?? [];
    if (field === "" || RESERVED.has(field)) {
      throw new UsageError(
        `Invalid --where '${condition}': write 'field=value' or 'field|modifier=value', such as ` +
          "'event|startswith=Test'",
      );
    }
    query.append(field, value);
  }
  return query;
}

/**
 * A time of an option: ISO 8601 as it is, or how long ago.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { timeOf } from "./entry_filter_options.ts";
 *
 * assertEquals(timeOf("12h", Date.UTC(2026, 10, 22, 13)), "2026-11-22T01:00:00.000Z");
 * assertEquals(timeOf("2026-11-22T10:00:00Z", 0), "2026-11-22T10:00:00Z");
 * ```
 *
 * @param text The value of the option.
 * @param now The present, in milliseconds since the Unix epoch.
 */
export function timeOf(text: string, now: number): string {
  return /^\d+[smhdw]$/.test(text) ? new Date(now - parseWindow(text)).toISOString() : text;
}

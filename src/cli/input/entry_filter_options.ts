import { UsageError } from "../exit_code.ts";
import { timeOf } from "./option_values.ts";

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
  if (since !== undefined) query.set("since", timeOf(since, now, "ago"));
  if (until !== undefined) query.set("until", timeOf(until, now, "ago"));
  for (const [name, value] of Object.entries({ user, level, rule })) {
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

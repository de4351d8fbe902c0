import { useSignal } from "@preact/signals";
import { EVENT_FIELDS } from "../../alert/event_fields.ts";
import { address, type Condition, type Filters, setConditions, setFilters } from "../address.ts";
import type { FeedQuery } from "../feed_log.ts";
import { Time } from "./time.tsx";

/** How a field is compared: Sigma's modifiers that need no explanation. */
const MODIFIERS = [
  ["", "is"],
  ["contains", "contains"],
  ["startswith", "starts with"],
  ["endswith", "ends with"],
  ["neq", "is not"],
  ["cidr", "is in the network"],
] as const;

/**
 * The filters that the server applies: a range of time, and conditions on the fields of events. Each
 * that is set is a button that removes it.
 *
 * @returns The element.
 */
export function LogFilters() {
  const { filters: { since = "", until = "" }, conditions } = address.value;
  return (
    <>
      {(since !== "" || until !== "") && (
        <button
          type="button"
          class="filter"
          onClick={() => setFilters({ since: "", until: "" })}
        >
          {since !== "" && (
            <>
              from <Time at={since} />
              {" "}
            </>
          )}
          {until !== "" && (
            <>
              until <Time at={until} />
            </>
          )}
          <Remove />
        </button>
      )}
      {conditions.map(([key, value], index) => (
        <button
          key={`${key} ${value}`}
          type="button"
          class="filter"
          onClick={() => setConditions(conditions.toSpliced(index, 1))}
        >
          <bdi>{key}: {value}</bdi>
          <Remove />
        </button>
      ))}
      <details class="more-filters">
        <summary>Add a filter</summary>
        <AddCondition />
        <ChooseRange />
      </details>
    </>
  );
}

function Remove() {
  return (
    <>
      <span aria-hidden="true">&nbsp;×</span>
      <span class="unseen">: remove this filter</span>
    </>
  );
}

function AddCondition() {
  const value = useSignal("");
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        const modifier = String(given.get("modifier"));
        const key = `${given.get("field")}${modifier === "" ? "" : `|${modifier}`}`;
        addCondition([key, value.value]);
        value.value = "";
      }}
    >
      <label>
        Field
        <select name="field">
          {Object.entries(EVENT_FIELDS).map(([field, { meaning }]) => (
            <option key={field} value={field} title={meaning}>{field}</option>
          ))}
        </select>
      </label>
      <label>
        Comparison
        <select name="modifier">
          {MODIFIERS.map(([modifier, text]) => (
            <option key={modifier} value={modifier}>{text}</option>
          ))}
        </select>
      </label>
      <label>
        Value
        <input
          required
          maxLength={300}
          value={value.value}
          onInput={(event) => value.value = event.currentTarget.value}
        />
      </label>
      <button type="submit">Add</button>
    </form>
  );
}

function ChooseRange() {
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        setFilters({ since: timeOf(given.get("since")), until: timeOf(given.get("until")) });
      }}
    >
      <label>
        From
        <input type="datetime-local" name="since" />
      </label>
      <label>
        Until
        <input type="datetime-local" name="until" />
      </label>
      <button type="submit">Show this time</button>
    </form>
  );
}

/** From the time of this browser; empty for none. */
function timeOf(local: FormDataEntryValue | null): string {
  const at = new Date(String(local));
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

/** Adds a condition to the view; one that is there already becomes the last. */
function addCondition([key, value]: Condition): void {
  const others = address.value.conditions.filter((one) => one[0] !== key || one[1] !== value);
  setConditions([...others, [key, value]]);
}

/**
 * What the server is asked for.
 *
 * @param filters The filters of the view; those that only the page knows do not count.
 * @param conditions Its conditions.
 * @returns Parameters of the API.
 */
export function queryOf(
  { since = "", until = "", rule = "" }: Filters,
  conditions: readonly Condition[],
): FeedQuery {
  const named = Object.entries({ since, until, rule }).filter(([, value]) => value !== "");
  return [...named, ...conditions] as FeedQuery;
}

import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { address, setFilters } from "../address.ts";
import type { EntryRow, Row } from "../feed_row.ts";
import { MatchingRows } from "../matching_rows.ts";
import { Drawer } from "../parts/drawer.tsx";
import { EventJson } from "../parts/event_json.tsx";
import { Notice } from "../parts/notice.tsx";
import { RowList } from "../parts/row_list.tsx";
import { plain } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";
import { TopValues } from "../parts/top_values.tsx";
import type { ViewProps } from "../view_props.ts";

const ROW_HEIGHT = 36;

/**
 * Every event as it arrives, newest first: filtered, paused, one of them in full.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function EventsView({ events }: ViewProps) {
  const [matching] = useState(() => new MatchingRows<UserEvent>());
  /** The number of rows at the time of pausing; undefined while live. */
  const paused = useSignal<number | undefined>(undefined);
  const opened = useSignal<EntryRow<UserEvent> | undefined>(undefined);
  const loading = useAction();
  const { q = "", from = "", to = "" } = address.value.filters;
  events.changed.value; // draw again with every change
  matching.update(events, JSON.stringify([q, from, to]), filter(q, from, to));

  const end = events.dropped + events.rows.length;
  const shownEnd = paused.value ?? end;
  const places = paused.value === undefined
    ? matching.places
    : matching.places.slice(0, countBelow(matching.places, shownEnd));
  const placeOf = (index: number) => places[places.length - 1 - index] ?? 0;
  const rowOf = (index: number) => events.rows[placeOf(index) - events.dropped];
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Search
          <input
            type="search"
            value={q}
            placeholder="Text, user, address, resource"
            onInput={(event) => setFilters({ q: event.currentTarget.value })}
          />
        </label>
        {(from !== "" || to !== "") && (
          <button
            type="button"
            onClick={() => setFilters({ from: "", to: "" })}
          >
            <Time at={from} /> to <Time at={to} />: show all times
          </button>
        )}
        <button
          type="button"
          aria-pressed={paused.value !== undefined}
          onClick={() => paused.value = paused.value === undefined ? end : undefined}
        >
          {paused.value === undefined ? "Pause" : `Resume (${end - shownEnd} new)`}
        </button>
        {events.hasOlder.value && (
          <button
            type="button"
            disabled={loading.busy.value}
            onClick={() => loading.run(() => events.loadOlder())}
          >
            Load older
          </button>
        )}
        <output class="quiet">
          {places.length.toLocaleString()} of {events.rows.length.toLocaleString()} events
        </output>
      </form>
      <Notice text={loading.problem.value} />
      <TopValues
        events={() => valuesOf(events.rows, places.map((place) => place - events.dropped))}
      />
      <RowList
        label="Events, newest first"
        count={places.length}
        rowHeight={ROW_HEIGHT}
        keyOf={placeOf}
        onOpen={(index) => {
          const row = rowOf(index);
          if (row !== undefined && "id" in row) opened.value = row;
        }}
        empty={events.connection.value === "loading" ? "Loading" : "No events match."}
      >
        {(index) => <EventRow row={rowOf(index)} />}
      </RowList>
      {opened.value !== undefined && (
        <Drawer
          title={plain(opened.value.value.event) || "Event"}
          onClose={() => opened.value = undefined}
        >
          <dl class="facts">
            <dt>Happened</dt>
            <dd>
              <Time at={opened.value.value.date} />
            </dd>
            <dt>Recorded</dt>
            <dd>
              <Time at={opened.value.recordedAt} />
            </dd>
            <dt>Id</dt>
            <dd>
              <code>{opened.value.id}</code>
            </dd>
          </dl>
          <EventJson event={opened.value.value} />
        </Drawer>
      )}
    </>
  );
}

function valuesOf(rows: readonly Row<UserEvent>[], indexes: readonly number[]): UserEvent[] {
  return indexes.flatMap((index) => {
    const row = rows[index];
    return row !== undefined && "id" in row ? [row.value] : [];
  });
}

function EventRow({ row }: { row: Row<UserEvent> | undefined }) {
  if (row === undefined) return null;
  if (!("id" in row)) return <span class="gap">{gapText(row.lost)}</span>;
  const { date, event, user, ipAddress, resources } = row.value;
  return (
    <>
      <span class="cell time">
        <Time at={date ?? row.recordedAt} />
      </span>
      <span class="cell wide">
        <bdi>{plain(event)}</bdi>
      </span>
      <span class="cell wide">
        <bdi>{plain(user)}</bdi>
      </span>
      <span class="cell mono">
        <bdi>{plain(ipAddress)}</bdi>
      </span>
      <span class="cell wide quiet">
        <bdi>{plain(resources?.map(({ name }) => plain(name)).join(", "))}</bdi>
      </span>
    </>
  );
}

/**
 * What a gap means.
 *
 * @param lost How many entries are lost; null if that is unknown.
 * @returns One sentence.
 */
export function gapText(lost: number | null): string {
  return lost === null
    ? "Gap: the log was started anew; what follows is all that it holds."
    : `Gap: ${lost.toLocaleString()} entries were removed before they could be read.`;
}

/** A gap passes every filter: it may have held what is looked for. */
function filter(q: string, from: string, to: string): (row: Row<UserEvent>) => boolean {
  const words = q.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return (row) => {
    if (!("id" in row)) return true;
    const at = Date.parse(row.value.date ?? "");
    if (at < start || at > end) return false;
    if (words.length === 0) return true;
    const text = JSON.stringify(row.value).toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

/** How many of the ascending numbers are below a limit. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { address, linkTo } from "../address.ts";
import type { EntryRow, Row } from "../feed_row.ts";
import { MatchingRows } from "../matching_rows.ts";
import { isNarrow } from "../narrow.ts";
import { Drawer } from "../parts/drawer.tsx";
import { EventJson } from "../parts/event_json.tsx";
import { Gap } from "../parts/gap.tsx";
import { LogFilters, queryOf } from "../parts/log_filters.tsx";
import { Notice } from "../parts/notice.tsx";
import { RowList } from "../parts/row_list.tsx";
import { SearchField, searchOf } from "../parts/search_field.tsx";
import { plain } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";
import { TopValues } from "../parts/top_values.tsx";
import { useFeed } from "../use_feed.ts";
import type { ViewProps } from "../view_props.ts";

/** On a phone, the user has a line of their own. */
const ROW_HEIGHT = { wide: 36, narrow: 56 };

/**
 * Every event as it arrives, newest first: filtered by the server, searched, paused, one of them in
 * full. The filters are in the address.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function EventsView({ events }: ViewProps) {
  const { filters, conditions } = address.value;
  const feed = useFeed(events, queryOf({ ...filters, rule: "" }, conditions));
  return (
    <>
      <div class="filters">
        <SearchField placeholder="In what is loaded" />
        <LogFilters />
      </div>
      {feed !== events && <Notice text={feed.problem.value} />}
      <EventList key={feed} events={feed} />
    </>
  );
}

function EventList({ events }: Pick<ViewProps, "events">) {
  const [matching] = useState(() => new MatchingRows<UserEvent>());
  /** The number of rows at the time of pausing; undefined while live. */
  const paused = useSignal<number | undefined>(undefined);
  const opened = useSignal<EntryRow<UserEvent> | undefined>(undefined);
  const loading = useAction();
  const { filters: { q = "", since, until }, conditions } = address.value;
  events.changed.value; // draw again with every change
  matching.update(events, q, filter(q));

  const end = events.dropped + events.rows.length;
  const shownEnd = paused.value ?? end;
  const places = paused.value === undefined
    ? matching.places
    : matching.places.slice(0, countBelow(matching.places, shownEnd));
  const placeOf = (index: number) => places[places.length - 1 - index] ?? 0;
  const rowOf = (index: number) => events.rows[placeOf(index) - events.dropped];
  return (
    <>
      <div class="filters">
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
          {places.length.toLocaleString()} of {events.span.toLocaleString()} events
        </output>
      </div>
      <Notice text={loading.problem.value} />
      <TopValues
        events={() => valuesOf(events.rows, places.map((place) => place - events.dropped))}
        linkOf={(condition) =>
          linkTo("events", { q, since: since ?? "", until: until ?? "" }, [
            ...conditions,
            condition,
          ])}
      />
      <RowList
        label="Events, newest first"
        count={places.length}
        rowHeight={isNarrow.value ? ROW_HEIGHT.narrow : ROW_HEIGHT.wide}
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
  if (!("id" in row)) return <Gap lost={row.lost} />;
  const { date, event, user, ipAddress, resources } = row.value;
  return (
    <>
      <span class="cell time">
        <Time at={date ?? row.recordedAt} />
      </span>
      <span class="cell event">
        <bdi>{plain(event)}</bdi>
      </span>
      <span class="cell user">
        <bdi>{plain(user)}</bdi>
      </span>
      <span class="cell address mono">
        <bdi>{plain(ipAddress)}</bdi>
      </span>
      <span class="cell resources quiet">
        <bdi>{plain(resources?.map(({ name }) => plain(name)).join(", "))}</bdi>
      </span>
    </>
  );
}

/** A gap passes every filter: it may have held what is looked for. */
function filter(q: string): (row: Row<UserEvent>) => boolean {
  const isFound = searchOf(q);
  return (row) => !("id" in row) || isFound === undefined || isFound(JSON.stringify(row.value));
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

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Alert, ALERT_LEVELS, type AlertLevel } from "../../alert/alert.ts";
import { ALERT_STATES, type AlertState } from "../../alert/alert_state.ts";
import type { StoredSilence } from "../../store/silence_table.ts";
import { address, setFilters } from "../address.ts";
import { api } from "../api.ts";
import type { FeedQuery } from "../feed_log.ts";
import type { EntryRow, Row } from "../feed_row.ts";
import { isNarrow } from "../narrow.ts";
import { Badge } from "../parts/badge.tsx";
import { Choice } from "../parts/choice.tsx";
import { Drawer } from "../parts/drawer.tsx";
import { Gap } from "../parts/gap.tsx";
import { LogFilters, queryOf } from "../parts/log_filters.tsx";
import { Notice } from "../parts/notice.tsx";
import { RowList } from "../parts/row_list.tsx";
import { SearchField, searchOf } from "../parts/search_field.tsx";
import { counted, plain } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";
import { useFeed } from "../use_feed.ts";
import type { ViewProps } from "../view_props.ts";
import { actorOf, AlertDetails } from "./alert_details.tsx";

/** On a phone, the summary has two lines. */
const ROW_HEIGHT = { wide: 60, narrow: 84 };
/** What endpoints get unless they say otherwise. */
const DEFAULT_LEVEL: AlertLevel = "medium";

/**
 * The alerts as they arrive, newest first, and one of them in full. The filters and the alert that is
 * open are in the address.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function AlertsView({ alerts: whole, status }: ViewProps) {
  const { filters, conditions } = address.value;
  const { level = DEFAULT_LEVEL, state = "", rule = "", q = "", id = "" } = filters;
  const alerts = useFeed(whole, [...queryOf(filters, conditions), ...levelQuery(level)]);
  const loading = useAction();
  alerts.changed.value; // draw again with every change
  whole.changed.value;
  const rows = alerts.rows.filter(filter(state, q)).reverse();
  const titles = new Map(
    whole.rows.flatMap((row) =>
      "id" in row ? [[row.value.rule.id, row.value.rule.title] as const] : []
    ),
  );
  if (rule !== "" && !titles.has(rule)) titles.set(rule, rule);
  const known = id === "" ? undefined : findAlert(alerts.rows, id) ?? findAlert(whole.rows, id);
  return (
    <>
      <div class="filters">
        <Choice
          label="Level"
          value={level}
          onChange={(level) => setFilters({ level })}
          options={ALERT_LEVELS.map((one) => [one, `${one} and above`])}
        />
        <Choice
          label="State"
          value={state}
          onChange={(state) => setFilters({ state })}
          options={[["", "all"], ...ALERT_STATES.map((one) => [one, one] as const)]}
        />
        <Choice
          label="Rule"
          value={rule}
          onChange={(rule) => setFilters({ rule })}
          options={[["", "all"], ...[...titles].sort(([, a], [, b]) => a.localeCompare(b))]}
        />
        <SearchField placeholder="In what is loaded" />
        <LogFilters />
        {alerts.hasOlder.value && (
          <button
            type="button"
            disabled={loading.busy.value}
            onClick={() => loading.run(() => alerts.loadOlder())}
          >
            Load older
          </button>
        )}
        <output class="quiet">
          {rows.length.toLocaleString()} of {alerts.span.toLocaleString()} alerts
        </output>
      </div>
      <Notice text={loading.problem.value} />
      {alerts !== whole && <Notice text={alerts.problem.value} />}
      <Silences silences={status.value?.silences ?? []} onEnd={status.reload} />
      <RowList
        label="Alerts, newest first"
        count={rows.length}
        rowHeight={isNarrow.value ? ROW_HEIGHT.narrow : ROW_HEIGHT.wide}
        keyOf={(index) => keyOf(rows[index], index)}
        onOpen={(index) => {
          const row = rows[index];
          if (row !== undefined && "id" in row) setFilters({ id: row.value.id });
        }}
        empty={alerts.connection.value === "loading" ? "Loading" : "No alerts match."}
      >
        {(index) => <AlertRow row={rows[index]} />}
      </RowList>
      {id !== "" && (
        <OpenAlert
          key={id}
          id={id}
          alert={known?.value}
          state={known?.state}
          onState={(state) => whole.update(id, state)}
          onSilenced={status.reload}
        />
      )}
    </>
  );
}

/** A shared link may name an alert that is older than what the page has loaded. */
function OpenAlert(
  { id, alert, ...rest }: {
    id: string;
    alert: Alert | undefined;
    state: AlertState | undefined;
    onState: Parameters<typeof AlertDetails>[0]["onState"];
    onSilenced: () => void;
  },
) {
  const loaded = useSignal<Alert | undefined>(alert);
  const loading = useAction();
  useEffect(() => {
    if (loaded.value !== undefined) return;
    void loading.run(async () => {
      loaded.value = (await api.alert(id)).alert;
    });
  }, []);
  return (
    <Drawer
      title={loaded.value === undefined ? "Alert" : plain(loaded.value.summary)}
      onClose={() => setFilters({ id: "" })}
    >
      <Notice text={loading.problem.value} />
      {loaded.value !== undefined && <AlertDetails alert={loaded.value} {...rest} />}
    </Drawer>
  );
}

function AlertRow({ row }: { row: Row<Alert> | undefined }) {
  if (row === undefined) return null;
  if (!("id" in row)) return <Gap lost={row.lost} />;
  const { value: alert, state = "open", recordedAt } = row;
  const { eventCount } = alert;
  return (
    <div class="alert-row">
      <span class="alert-head">
        <Badge word={alert.level} />
        <bdi class="summary">{plain(alert.summary)}</bdi>
      </span>
      <span class="alert-tail quiet">
        <Time at={alert.lastAt ?? recordedAt} />
        <span>{counted(eventCount, "event")}</span>
        {state !== "open" && <Badge word={state} />}
        {alert.silencedBy !== undefined && <Badge word="silenced" />}
        {alert.foldedInto !== undefined && <span>repeat</span>}
        {alert.backfilled && <span>about the past</span>}
        <bdi class="actor">{actorOf(alert)}</bdi>
        <span class="rule-title">{alert.rule.title}</span>
      </span>
    </div>
  );
}

/** What holds back notifications now, and by whom. */
function Silences(
  { silences, onEnd }: { silences: readonly StoredSilence[]; onEnd: () => void },
) {
  const ending = useAction();
  if (silences.length === 0) return null;
  return (
    <details class="silences">
      <summary>{counted(silences.length, "silence")}</summary>
      <Notice text={ending.problem.value} />
      <ul>
        {silences.map((silence) => (
          <li key={silence.id}>
            <span>
              {silence.rule ?? "Every rule"}
              {Object.entries(silence.fields).map(([field, values]) =>
                `, ${field}: ${values.map((value) => plain(value, 60)).join(" or ")}`
              )}: {plain(silence.reason)} ({silence.by}, until <Time at={silence.until} />,{" "}
              {silence.heldBack} held back)
            </span>
            <button
              type="button"
              disabled={ending.busy.value}
              onClick={() =>
                ending.run(async () => {
                  await api.endSilence(silence.id);
                  onEnd();
                })}
            >
              End
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function findAlert(rows: readonly Row<Alert>[], id: string): EntryRow<Alert> | undefined {
  return rows.find((row): row is EntryRow<Alert> => "id" in row && row.value.id === id);
}

function keyOf(row: Row<Alert> | undefined, index: number): string {
  return row !== undefined && "id" in row ? row.id : `gap ${index}`;
}

/** A level and those above it; everything has the lowest. */
function levelQuery(level: string): FeedQuery {
  const index = ALERT_LEVELS.findIndex((one) => one === level);
  return index <= 0 ? [] : [["level", ALERT_LEVELS.slice(index).join(",")]];
}

/** A gap passes every filter: it may have held what is looked for. */
function filter(state: string, q: string): (row: Row<Alert>) => boolean {
  const isFound = searchOf(q);
  return (row) => {
    if (!("id" in row)) return true;
    if (state !== "" && (row.state ?? "open") !== state) return false;
    const { summary, group, events } = row.value;
    return isFound === undefined || isFound(JSON.stringify([summary, group, events]));
  };
}

import type { ComponentChildren, ComponentType } from "preact";
import { type Alert, ALERT_LEVELS, type AlertLevel, isAtLeast } from "../../alert/alert.ts";
import type { Status } from "../../http/log_access.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { address, linkTo, setFilters } from "../address.ts";
import type { EntryRow, Row } from "../feed_row.ts";
import { later } from "../later.tsx";
import { isNarrow } from "../narrow.ts";
import { Badge } from "../parts/badge.tsx";
import type { MinutesChartProps, TimeRange } from "../parts/minutes_chart.tsx";
import { counted, plain } from "../parts/text.ts";
import { duration, Time } from "../parts/time.tsx";
import { TopLists } from "../parts/top_values.tsx";
import { useChanges } from "../use_changes.ts";
import type { ViewProps } from "../view_props.ts";

const MINUTES = 60;
const MINUTE_MS = 60_000;
/** How often the rows are counted anew. */
const COUNT_MS = 500;
/** The place for so many is kept free, so that nothing moves when there are others. */
const SHOWN_ALERTS = { wide: 4, narrow: 3 };
const RANGES = [5, 15, 30];
const HEALTH = {
  green: "All is well.",
  yellow: "Something fails or is incomplete.",
  red: "Panoptes needs attention.",
} as const;
/** The levels in one bar, from the top to the bottom. */
const BARS: readonly (readonly [name: string, levels: readonly AlertLevel[]])[] = [
  ["critical", ["critical"]],
  ["high", ["high"]],
  ["medium", ["medium"]],
  ["low", ["low", "informational"]],
];

/** Drawing takes a while, and what needs attention does not wait for it. */
const MinutesChart = later(
  async () => (await import("../parts/minutes_chart.tsx")).MinutesChart,
  EmptyChart,
);

/**
 * How things stand: the health with what to do, the alerts that nobody is handling, what happens by
 * the minute, and the figures. A range that is chosen is in the address, and goes with the links to
 * the alerts and events.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function NowView({ events, alerts, status: { value: status } }: ViewProps) {
  useChanges([events.changed, alerts.changed], COUNT_MS);
  const now = Date.now();
  const first = (Math.floor(now / MINUTE_MS) - MINUTES + 1) * MINUTE_MS;
  const hour = { since: first, until: first + MINUTES * MINUTE_MS };
  const range = chosenRange();
  const inHour = happenedIn(hour, events.rows, alerts.rows);
  const inRange = range === undefined ? inHour : happenedIn(range, events.rows, alerts.rows);
  const counts = countMinutes(inHour.events, first);
  return (
    <>
      <Health status={status} />
      <div class="now-top">
        <Attention
          rows={alerts.rows}
          max={isNarrow.value ? SHOWN_ALERTS.narrow : SHOWN_ALERTS.wide}
        />
        {status !== undefined && <Figures status={status} perMinute={sum(counts) / MINUTES} />}
      </div>
      <section aria-labelledby="timeline">
        <h2 id="timeline">The last hour</h2>
        <Timeline
          first={first}
          counts={counts}
          alerts={inHour.alerts}
          range={range}
          Chart={events.connection.value === "loading" ? EmptyChart : MinutesChart}
        />
        <p class="legend">
          <a href={linkTo("events", range === undefined ? {} : filtersOf(range))}>
            {counted(inRange.events.length, "event")}
          </a>
          <a
            href={linkTo("alerts", {
              ...(range === undefined ? {} : filtersOf(range)),
              level: "informational",
            })}
          >
            {counted(inRange.alerts.length, "alert")}
          </a>
          <span role="status">
            {range === undefined ? "in the last hour" : (
              <>
                from <Time at={new Date(range.since).toISOString()} /> to{" "}
                <Time at={new Date(range.until).toISOString()} />
              </>
            )}
          </span>
          <span class="quiet">
            {isPartly(events, (range ?? hour).since) && "as far as the page has loaded them"}
          </span>
        </p>
        <p class="quiet legend">
          {range === undefined
            ? <span>Drag over the bars to choose a time, or choose the last</span>
            : <a href={linkTo("now")}>Show the whole hour</a>}
          {range === undefined && RANGES.map((minutes) => (
            <a
              key={minutes}
              href={linkTo("now", filtersOf({ since: now - minutes * MINUTE_MS, until: now }))}
            >
              {minutes} min
            </a>
          ))}
        </p>
      </section>
      <section aria-labelledby="frequent">
        <h2 id="frequent">
          Most frequent {range === undefined ? "in the last hour" : "in this time"}
        </h2>
        <TopLists
          events={inRange.events.map(({ value }) => value)}
          linkOf={(condition) => linkTo("events", filtersOf(range ?? hour), [condition])}
        />
      </section>
    </>
  );
}

/**
 * The alerts that nobody is handling, the most serious first, then the latest. It must not read a
 * signal: a component that does is drawn again only for that signal or for other properties, and
 * `rows` stays the same array.
 */
function Attention({ rows, max }: { rows: readonly Row<Alert>[]; max: number }) {
  const open = rows.filter((row): row is EntryRow<Alert> =>
    "id" in row && isAtLeast(row.value.level, "medium") && (row.state ?? "open") === "open" &&
    !row.value.backfilled && row.value.foldedInto === undefined
  ).reverse();
  const rank = ({ value }: EntryRow<Alert>) => ALERT_LEVELS.indexOf(value.level);
  const shown = open.toSorted((a, b) => rank(b) - rank(a)).slice(0, max);
  return (
    <section aria-labelledby="attention">
      <div class="heading">
        <h2 id="attention">Needs attention</h2>
        {open.length > shown.length && (
          <a href={linkTo("alerts", { state: "open" })}>All {open.length} open alerts</a>
        )}
      </div>
      <ul class="attention">
        {shown.map(({ id, value }) => (
          <li key={id}>
            <Badge word={value.level} />
            <a href={linkTo("alerts", { id: value.id })}>
              <bdi>{plain(value.summary)}</bdi>
            </a>
            <span class="quiet">
              <Time at={value.lastAt} />
            </span>
          </li>
        ))}
        {open.length === 0 && <li class="quiet">No open alert of the level medium or above.</li>}
      </ul>
    </section>
  );
}

/** Events, and alerts by level, by the minute; a range is chosen by dragging over either. */
function Timeline({ first, counts, alerts, range, Chart }: {
  first: number;
  counts: readonly number[];
  alerts: readonly Dated<Alert>[];
  range: TimeRange | undefined;
  Chart: ComponentType<MinutesChartProps>;
}) {
  const at = counts.map((_, index) => (first + index * MINUTE_MS) / 1000);
  const levels = BARS.map(([name, levels]) => {
    const found = alerts.filter(({ value }) => levels.includes(value.level));
    return { name, counts: countMinutes(found, first) };
  });
  // Each bar is drawn over the one of all levels below it in the list.
  const stacked = levels.map(({ name }, index) => ({
    colour: `--chart-${name}`,
    counts: at.map((_, minute) =>
      sum(levels.slice(0, index + 1).map(({ counts }) => counts[minute] ?? 0))
    ),
  })).reverse();
  const byLevel = levels.map(({ name, counts }) => [name, sum(counts)] as const);
  const onRange = (range: TimeRange) => setFilters(filtersOf(range));
  return (
    <>
      <p class="quiet legend">
        <span class="key" data-series="events">events by the minute</span>
      </p>
      <Chart
        label={`${counted(sum(counts), "event")} in the last hour`}
        height={140}
        minutes={{ at, series: [{ colour: "--chart-events", counts }] }}
        range={range}
        onRange={onRange}
      />
      <p class="quiet legend">
        <span>alerts by the minute:</span>
        {byLevel.map(([name, total]) => (
          <span key={name} class="key" data-series={name}>
            {name === "low" ? "low and informational" : name} {total}
          </span>
        ))}
      </p>
      <Chart
        label={`${counted(alerts.length, "alert")} in the last hour: ${
          byLevel.map(([name, total]) => `${total} ${name}`).join(", ")
        }`}
        height={110}
        minutes={{ at, series: stacked }}
        range={range}
        onRange={onRange}
      />
    </>
  );
}

function EmptyChart({ height }: MinutesChartProps) {
  return <div class="chart" style={{ height: `${height}px` }} />;
}

function Health({ status }: { status: Status | undefined }) {
  if (status === undefined) return <section class="health">Loading</section>;
  const { health, reasons } = status;
  return (
    <section class="health" data-health={health} aria-labelledby="health">
      <h2 id="health">
        <Badge word={health} /> {HEALTH[health]}
      </h2>
      <ul>
        {reasons.map(({ code, severity, about, message, advice, since }) => (
          <li key={`${code} ${about}`}>
            <p>
              <Badge word={severity} /> {about !== null && <strong>{plain(about)}:</strong>}{" "}
              {plain(message, 600)}{" "}
              <span class="quiet">
                since <Time at={since} />
              </span>
            </p>
            <p class="quiet">{advice}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Figures({ status, perMinute }: { status: Status; perMinute: number }) {
  const { covered, nextPollAt, budget, log, counts, subscribers } = status;
  const { waiting = 0, pending = 0, leased = 0, dead = 0 } = log.messages;
  const toDeliver = waiting + pending + leased;
  return (
    <section aria-label="Figures">
      <dl class="figures">
        <Figure name="Covered up to" more={`${duration(covered.lagMs)} behind`}>
          <Time at={covered.to} />
        </Figure>
        <Figure name="Next poll" more={`${counted(covered.gaps.length, "range")} to read`}>
          <Time at={nextPollAt} />
        </Figure>
        <Figure name="Events per minute" more="in the last hour">{perMinute.toFixed(1)}</Figure>
        <Figure name="API requests" more={`per minute, limit ${budget.limit}`}>
          {budget.used} of {budget.share}
        </Figure>
        <Figure name="Recorded" more={`${log.events.toLocaleString()} kept`}>
          {counts.recorded.toLocaleString()}
        </Figure>
        <Figure name="Alerts" more={`${status.rules} rules in force`}>
          {counts.alerts.toLocaleString()}
        </Figure>
        <Figure name="Messages waiting" more={`${dead.toLocaleString()} given up`}>
          {toDeliver.toLocaleString()}
        </Figure>
        <Figure name="Clients" more="that follow the log">
          {subscribers.events + subscribers.alerts}
        </Figure>
      </dl>
    </section>
  );
}

function Figure(
  { name, more, children }: { name: string; more: string; children: ComponentChildren },
) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
      <dd class="quiet">{more}</dd>
    </div>
  );
}

/** An entry, and when it happened, in milliseconds since the Unix epoch. */
interface Dated<Value> {
  readonly value: Value;
  readonly at: number;
}

/** The events and alerts of a range. */
function happenedIn(
  range: TimeRange,
  events: readonly Row<UserEvent>[],
  alerts: readonly Row<Alert>[],
): { events: Dated<UserEvent>[]; alerts: Dated<Alert>[] } {
  return {
    events: entriesIn(events, ({ value }) => value.date, range),
    alerts: entriesIn(alerts, ({ value }) => value.lastAt, range),
  };
}

/** The entries that happened in a range. */
function entriesIn<Value>(
  rows: readonly Row<Value>[],
  dateOf: (row: EntryRow<Value>) => string | null | undefined,
  { since, until }: TimeRange,
): Dated<Value>[] {
  return rows.flatMap((row) => {
    if (!("id" in row)) return [];
    const at = Date.parse(dateOf(row) ?? row.recordedAt);
    return at >= since && at < until ? [{ value: row.value, at }] : [];
  });
}

function countMinutes(entries: readonly Dated<unknown>[], first: number): number[] {
  const counts = Array.from({ length: MINUTES }, () => 0);
  for (const { at } of entries) {
    const minute = Math.floor((at - first) / MINUTE_MS);
    counts[minute] = (counts[minute] ?? 0) + 1;
  }
  return counts;
}

/** The range of the address, if it has one. */
function chosenRange(): TimeRange | undefined {
  const { since = "", until = "" } = address.value.filters;
  const range = { since: Date.parse(since), until: Date.parse(until) };
  return range.since < range.until ? range : undefined;
}

function filtersOf({ since, until }: TimeRange): { since: string; until: string } {
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

/** Whether the page has loaded only a part of what happened since then. */
function isPartly(events: ViewProps["events"], since: number): boolean {
  const first = events.rows.find((row): row is EntryRow<UserEvent> => "id" in row);
  return events.hasOlder.value && first !== undefined && Date.parse(first.recordedAt) > since;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

import type { ComponentChildren } from "preact";
import { type Alert, isAtLeast } from "../../alert/alert.ts";
import type { Status } from "../../http/log_access.ts";
import { linkTo } from "../address.ts";
import type { EntryRow, Row } from "../feed_row.ts";
import { Badge } from "../parts/badge.tsx";
import { MinutesChart } from "../parts/minutes_chart.tsx";
import { plain } from "../parts/text.ts";
import { duration, Time } from "../parts/time.tsx";
import type { ViewProps } from "../view_props.ts";

const MINUTES = 60;
const MINUTE_MS = 60_000;
const SHOWN_ALERTS = 5;
const RANGES = [5, 15, 60];
const HEALTH = {
  green: "All is well.",
  yellow: "Something fails or is incomplete.",
  red: "Panoptes needs attention.",
} as const;

/**
 * How things stand: the health with what to do, how far the log has been read, what happens by the
 * minute, and the alerts that nobody is handling.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function NowView({ events, alerts, status: { value: status } }: ViewProps) {
  events.changed.value; // draw again with every change
  alerts.changed.value;
  const now = Date.now();
  const first = (Math.floor(now / MINUTE_MS) - MINUTES + 1) * MINUTE_MS;
  const counts = countMinutes(events.rows, ({ value }) => value.date, first);
  const isSerious = (row: Row<Alert>) => "id" in row && isAtLeast(row.value.level, "medium");
  const serious = countMinutes(alerts.rows.filter(isSerious), ({ value }) => value.lastAt, first);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const open = alerts.rows.filter((row): row is EntryRow<Alert> =>
    "id" in row && isSerious(row) && (row.state ?? "open") === "open" && !row.value.backfilled &&
    row.value.foldedInto === undefined
  ).reverse();
  return (
    <>
      <Health status={status} />
      <section aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        <ul class="attention">
          {open.slice(0, SHOWN_ALERTS).map(({ id, value }) => (
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
        {open.length > SHOWN_ALERTS && (
          <p>
            <a href={linkTo("alerts", { state: "open" })}>All {open.length} open alerts</a>
          </p>
        )}
      </section>
      <section aria-labelledby="minutes">
        <h2 id="minutes">Events by the minute</h2>
        <MinutesChart
          label={`${total} events and ${
            sum(serious)
          } alerts of the level medium or above in the last hour`}
          minutes={{
            at: counts.map((_, index) => (first + index * MINUTE_MS) / 1000),
            series: [{ name: "events", counts }, { name: "alerts", counts: serious }],
          }}
          onRange={(from, to) => location.hash = linkTo("events", range(from, to))}
        />
        <p class="quiet legend">
          <span class="key" data-series="1">events</span>
          <span class="key" data-series="2">alerts, medium and above</span>
          <span>
            Drag over the bars to see the events of a time, or see the last{" "}
            {RANGES.map((minutes) => (
              <>
                <a href={linkTo("events", range(now - minutes * MINUTE_MS, now))}>{minutes} min</a>
                {" "}
              </>
            ))}
          </span>
        </p>
      </section>
      {status !== undefined && <Figures status={status} perMinute={total / MINUTES} />}
    </>
  );
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
        <Figure name="Next poll" more={`${covered.gaps.length} ranges still to be read`}>
          <Time at={nextPollAt} />
        </Figure>
        <Figure name="Events per minute" more="in the last hour">{perMinute.toFixed(1)}</Figure>
        <Figure name="Requests per minute" more={`limit ${budget.limit}`}>
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

/** Counts rows by the minute in which they happened. */
function countMinutes<Value>(
  rows: readonly Row<Value>[],
  dateOf: (row: EntryRow<Value>) => string | null | undefined,
  first: number,
): number[] {
  const counts = Array.from({ length: MINUTES }, () => 0);
  for (const row of rows) {
    if (!("id" in row)) continue;
    const minute = Math.floor((Date.parse(dateOf(row) ?? "") - first) / MINUTE_MS);
    if (minute >= 0 && minute < MINUTES) counts[minute] = (counts[minute] ?? 0) + 1;
  }
  return counts;
}

function range(since: number, until: number): { since: string; until: string } {
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * `deno task cost`: what Panoptes uses of Cloudflare, and what that costs, at 1, 10 and 1,000 events
 * a minute. Rows, requests and bytes are measured in workerd; what is assumed is in `assumed.ts`, and
 * the prices are in `prices.ts`.
 *
 * @module
 */
import { printFigures } from "../../bench/figures.ts";
import { bundleWorker } from "../../src/local/build_worker.ts";
import { DEFAULT_WATCH_OPTIONS } from "../../src/watch/watch_options.ts";
import { BareWorkerd } from "../../tests/support/bare_workerd.ts";
import { ASSUMED } from "./assumed.ts";
import type { Measured } from "./measured_watch.ts";
import { exceeded, FREE_PER_DAY, OBJECT_GB, paidPrice, READ_ON, type Usage } from "./prices.ts";

const RATES = [1, 10, 1_000];
const MINUTES_A_DAY = 1_440;
const SECONDS_A_DAY = 86_400;
const DAY_MS = 86_400_000;

await using workerd = await BareWorkerd.create({
  script: await bundleWorker("tools/cost/measured_watch.ts"),
  durableObjects: { COST: "CostObject" },
});
workerd.start();
await workerd.ready();

const days: Usage[] = [];
const table: Record<string, Record<string, string | number>> = {};
const result: Record<string, number> = {};
for (const rate of RATES) {
  const response = await fetch(`${workerd.origin}/measure?rate=${rate}`);
  if (!response.ok) throw new Error(`Cannot measure: ${response.status} ${await response.text()}`);
  const measured: Measured = await response.json();
  const storedGb = Math.min(
    DEFAULT_WATCH_OPTIONS.maxBytes / 1e9,
    rate * DEFAULT_WATCH_OPTIONS.maxAgeMs / 60_000 * measured.bytes.stored / 1e9,
  );
  for (const isFollowed of [false, true]) {
    const day = dayOf(rate, measured, isFollowed);
    if (isFollowed) days.push(day);
    const month = times(day, ASSUMED.days);
    const dollars = paidPrice(month, storedGb);
    const over = exceeded(day, storedGb);
    table[`${rate} a minute${isFollowed ? ", followed" : ""}`] = {
      "object requests/month": Math.round(month.objectRequests),
      "GB-s/month": Math.round(month.duration),
      "rows read/month": Math.round(month.rowsRead),
      "rows written/month": Math.round(month.rowsWritten),
      "stored GB": Number(storedGb.toPrecision(2)),
      "free plan": over.length === 0 ? "fits" : `exceeds ${over.join(", ")}`,
      "paid plan, $/month": dollars.toFixed(2),
    };
    const name = `at_${rate}${isFollowed ? "_followed" : ""}`;
    result[`${name}_rows_read_per_month`] = Math.round(month.rowsRead);
    result[`${name}_rows_written_per_month`] = Math.round(month.rowsWritten);
    result[`${name}_gb_s_per_month`] = Math.round(month.duration);
    result[`${name}_dollars_per_month`] = Number(dollars.toFixed(2));
  }
  const { bytes, minute, swept, removed } = measured;
  result[`at_${rate}_alerts_per_minute`] = round(minute.alerts);
  result[`at_${rate}_messages_per_minute`] = round(minute.messages);
  result[`at_${rate}_requests_per_minute`] = round(minute.requests);
  result[`at_${rate}_rows_read_per_event_read_again`] = round(swept.read);
  result[`at_${rate}_rows_written_per_event_removed`] = round(removed.written);
  result[`at_${rate}_bytes_stored_per_event`] = Math.round(bytes.stored);
  result[`at_${rate}_bytes_read_per_month`] = Math.round(readAMonth(rate) * bytes.sent);
}
const freeRate = largestFreeRate(days);
result.free_plan_events_per_minute = freeRate;
printFigures({
  title: "What a month uses and costs on Cloudflare, for one source",
  table,
  notes: [
    `Prices and limits as of ${READ_ON}, for an account that has nothing else.`,
    `Assumed: the API and receivers answer in ${ASSUMED.answerMs} ms, a page of the API has ` +
    `${ASSUMED.pageSize} events, a month has ${ASSUMED.days} days.`,
    `The free plan is enough for about ${freeRate} events a minute.`,
    "Followed: at least one event stream is always open, which keeps the object in memory.",
  ],
  result,
});

/** What a day uses when as many events are removed as come. */
function dayOf(
  rate: number,
  { minute, followed, swept, removed }: Measured,
  isFollowed: boolean,
): Usage {
  const sweptEvents = sweptADay(rate);
  const sweptSeconds = sweepPages(rate) * ASSUMED.answerMs / 1_000;
  const events = rate * MINUTES_A_DAY;
  const active = MINUTES_A_DAY * minute.activeMs / 1_000 + sweptSeconds;
  const follow = isFollowed ? MINUTES_A_DAY : 0;
  // A sweep longer than the budget of a tick makes further alarms.
  const alarms = MINUTES_A_DAY * minute.alarms + sweptSeconds / 30;
  return {
    workerRequests: MINUTES_A_DAY, // the cron trigger
    objectRequests: alarms + MINUTES_A_DAY, // the watchdog asks the object once a minute
    duration: (isFollowed ? SECONDS_A_DAY : Math.min(active, SECONDS_A_DAY)) * OBJECT_GB,
    rowsRead: MINUTES_A_DAY * minute.read + sweptEvents * swept.read + events * removed.read +
      follow * followed.read,
    rowsWritten: MINUTES_A_DAY * minute.written + sweptEvents * swept.written +
      events * removed.written + follow * followed.written,
  };
}

/** How many events sweeps read again in a day. */
function sweptADay(rate: number): number {
  return sweeps().reduce((sum, { times, reachMs }) => sum + times * reachMs / 60_000 * rate, 0);
}

/** In how many pages; a slice of a sweep has at least one. */
function sweepPages(rate: number): number {
  const sliceMs = DAY_MS / 4; // as every first slice; they grow where they have few pages
  const pagesOfSlice = Math.max(1, Math.ceil(sliceMs / 60_000 * rate / ASSUMED.pageSize));
  return sweeps().reduce(
    (sum, { times, reachMs }) => sum + times * reachMs / sliceMs * pagesOfSlice,
    0,
  );
}

function sweeps(): { times: number; reachMs: number }[] {
  const { hourSweep, daySweep } = DEFAULT_WATCH_OPTIONS;
  return [hourSweep, daySweep].map(({ everyMs, reachMs }) => ({
    times: DAY_MS / everyMs,
    reachMs,
  }));
}

/** How many events a minute fit the free plan, as usage grows between the first two rates. */
function largestFreeRate([few, many]: readonly Usage[]): number {
  const [from = 0, to = 0] = RATES;
  const rates = (Object.keys(FREE_PER_DAY) as (keyof Usage)[]).map((unit) => {
    const growth = ((many?.[unit] ?? 0) - (few?.[unit] ?? 0)) / (to - from);
    const left = FREE_PER_DAY[unit] - (few?.[unit] ?? 0);
    return growth > 0 ? from + left / growth : Infinity;
  });
  return Math.floor(Math.min(...rates));
}

/** How many events are read from the API in a month, again or not. */
function readAMonth(rate: number): number {
  const { overlapMs, pollMs } = DEFAULT_WATCH_OPTIONS;
  const live = DAY_MS / pollMs * (overlapMs + pollMs) / 60_000 * rate;
  return (live + sweptADay(rate)) * ASSUMED.days;
}

function times(usage: Usage, factor: number): Usage {
  return Object.fromEntries(
    Object.entries(usage).map(([unit, amount]) => [unit, amount * factor]),
  ) as unknown as Usage;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

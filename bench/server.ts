/**
 * `deno task bench:server`: what `panoptes serve` records in a second: the service as the server
 * composes it, on a SQLite file whose transactions are on disk, with 3,000 rules and pages of 1,000
 * events from an API in memory. The time in which pages are made is subtracted. After each tenth
 * of the events it collects the garbage and shows what is left of the heap, which must not grow with
 * the events, and the resident memory.
 *
 * Of the synthetic rules it takes those that match least, since few events of a real log make alerts.
 * Set EVENTS for another number than 1,000,000.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { sealBundle } from "../src/alert/rule_bundle.ts";
import { toSigmaEvent } from "../src/alert/to_sigma_event.ts";
import { RunningSource } from "../src/server/running_source.ts";
import { readConfig } from "../src/service/config.ts";
import { compileRegexes } from "../src/sigma/mod.ts";
import { parseSigma } from "../src/sigma/parse.ts";
import { RuleSet } from "../src/sigma/source_rule_set.ts";
import { systemClock } from "../src/stream/clock.ts";
import type { UserEvent } from "../src/thousandeyes/event/user_event.ts";
import { printFigures } from "./figures.ts";
import { seededRandom } from "./match/random.ts";
import { syntheticEvents } from "./match/synthetic_events.ts";
import { syntheticRules, toSigma } from "./match/synthetic_rules.ts";

const EVENTS = Number(Deno.env.get("EVENTS") ?? 1_000_000);
const RULES = 3_000;
const PER_PAGE = 1_000;
/** Events per second of the log. */
const PER_SECOND = 10;
const NOW = Date.parse("2026-11-20T00:00:00Z");
const FROM = NOW - EVENTS / PER_SECOND * 1_000;

const templates = syntheticEvents(20_000, seededRandom(3));
/** Each event as JSON text, without its end. */
const texts = templates.map(({ date: _, ...event }) => JSON.stringify(event).slice(0, -1));
const rules = quietRules();

/** The time, which passes between ticks only. */
let now = NOW;
/** Milliseconds in which pages were made. */
let making = 0;
let served = 0;
/** What is used after each tenth of the events, when the garbage has been collected. */
const memory: Deno.MemoryUsage[] = [];
/** There with `--v8-flags=--expose-gc`. */
const { gc } = globalThis as { gc?: () => void };

const utf8 = new TextEncoder();

/** The API: answers each range with its events, newest first. */
function answer(url: URL): Response {
  const began = performance.now();
  const from = Math.max(Date.parse(url.searchParams.get("startDate") ?? ""), FROM);
  const to = Math.min(Date.parse(url.searchParams.get("endDate") ?? ""), NOW);
  const offset = Number(url.searchParams.get("cursor") ?? 0);
  const first = Math.ceil((from - FROM) / 1_000 * PER_SECOND);
  const last = Math.floor((to - FROM) / 1_000 * PER_SECOND) - 1 - offset;
  const count = Math.max(0, Math.min(PER_PAGE, last - first + 1));
  const found = Array.from({ length: count }, (_, index) => {
    const number = last - index;
    const second = FROM + Math.floor(number / PER_SECOND) * 1_000;
    const date = new Date(second).toISOString().replace(".000Z", "Z");
    return `${texts[number % texts.length]},"trace":${number},"date":"${date}"}`;
  });
  const next = new URL(url);
  next.searchParams.set("cursor", String(offset + count));
  const hasMore = last - count >= first && count > 0;
  const links = hasMore ? { next: { href: next.href } } : {};
  const body = `{"auditEvents":[${found.join(",")}],"_links":${JSON.stringify(links)}}`;
  const response = new Response(utf8.encode(body), {
    headers: { "content-type": "application/json" },
  });
  served += count;
  while (memory.length < 10 && served >= (memory.length + 1) * EVENTS / 10) {
    gc?.();
    memory.push(Deno.memoryUsage());
  }
  making += performance.now() - began;
  return response;
}

/** The rules of many that match least. */
function quietRules() {
  const all = syntheticRules(RULES * 2, seededRandom(7))
    .flatMap((rule) => parseSigma(toSigma(rule)).rules)
    .map((rule, index) => ({ ...rule, id: crypto.randomUUID(), title: `Rule ${index}` }));
  const set = new RuleSet(all);
  const matches = new Map<string, number>();
  for (const event of templates) {
    for (const { rule } of set.match(toSigmaEvent(event as unknown as UserEvent))) {
      matches.set(rule.title, (matches.get(rule.title) ?? 0) + 1);
    }
  }
  const count = ({ title }: { title: string }) => matches.get(title) ?? 0;
  return all.sort((a, b) => count(a) - count(b)).slice(0, RULES);
}

const folder = await Deno.makeTempDir({ prefix: "panoptes-bench-" });
const { config, problems } = readConfig({
  TE_TOKEN: "made-up",
  TE_BASE_URL: "https://api.example/v7",
  BACKFILL: `${Math.ceil((NOW - FROM) / 3_600_000)}h`,
  OVERLAP_MINUTES: "0",
  SUPPRESS_BY_DEFAULT: "false",
});
if (config === undefined) throw new Error(JSON.stringify(problems));
const source = await RunningSource.open({
  path: `${folder}/log.db`,
  config,
  bundle: sealBundle({ rules, correlations: [], filters: [], regexes: compileRegexes(rules, {}) }),
  network: {
    async fetch(url) {
      // An answer arrives in another turn of the event loop, which also frees what the last one used.
      await new Promise<void>((resolve) => setImmediate(resolve));
      return answer(url);
    },
  },
  clock: { now: () => now, wait: (ms, signal) => systemClock.wait(ms, signal) },
  random: () => 0.5,
  onTick: () => {},
  onDiskFailure(error) {
    throw error;
  },
});
const counted = () => source.service.noted();
let recorded = 0;
const began = performance.now();
let wall = 0;
let ticks = 0;
for (let idle = 0; recorded < EVENTS && idle < 50;) {
  const tick = performance.now();
  const next = await source.service.tick();
  now = Math.max(now, next); // the rate limit that it keeps for others is by the minute
  wall += performance.now() - tick;
  ticks++;
  const { events } = counted();
  idle = events === recorded ? idle + 1 : 0;
  recorded = events;
}
const { alerts } = counted();
await source.stop(AbortSignal.timeout(10_000));
await Deno.remove(folder, { recursive: true });
const perSecond = Math.round(recorded / (wall - making) * 1_000);
const heapAt = (tenth: number) => megabytes(memory[tenth - 1]?.heapUsed);
const residentAt = (tenth: number) => megabytes(memory[tenth - 1]?.rss);
printFigures({
  title: `${recorded} events in pages of ${PER_PAGE}, ${rules.length} rules, ` +
    `${alerts} alerts, ${((performance.now() - began) / 1_000).toFixed(1)} s in all`,
  table: Object.fromEntries(
    memory.map(({ heapUsed, external, rss }, index) => [`after ${(index + 1) * 10} %`, {
      "heap, MB": megabytes(heapUsed),
      "outside the heap, MB": megabytes(external),
      "resident, MB": megabytes(rss),
    }]),
  ),
  notes: [
    `${ticks} ticks in ${Math.round(wall)} ms; ` +
    `${served} events were served, some of them twice, since a range of more events than a pass ` +
    `may count is read again in shorter ones; making them took ${Math.round(making)} ms of it`,
  ],
  result: {
    server_events_per_s: perSecond,
    server_events_read_per_s: Math.round(served / (wall - making) * 1_000),
    server_alerts_per_1000_events: Number((alerts / recorded * 1_000).toFixed(2)),
    server_heap_mb_after_10_percent: heapAt(1),
    server_heap_mb_after_50_percent: heapAt(5),
    server_heap_mb_at_the_end: heapAt(10),
    server_heap_bytes_kept_per_event: bytesKeptPerEvent(),
    server_rss_mb_after_10_percent: residentAt(1),
    server_rss_mb_after_50_percent: residentAt(5),
    server_rss_mb_at_the_end: residentAt(10),
  },
});

/** How much the heap has grown for each event from the first fifth to the end: the slope of a line. */
function bytesKeptPerEvent(): number {
  const heaps = memory.slice(1).map(({ heapUsed }) => heapUsed);
  const middle = (heaps.length - 1) / 2;
  let products = 0;
  let squares = 0;
  for (const [index, heap] of heaps.entries()) {
    products += (index - middle) * heap;
    squares += (index - middle) ** 2;
  }
  return Number((products / squares / (EVENTS / 10)).toFixed(2));
}

function megabytes(bytes = 0): number {
  return Number((bytes / 1e6).toFixed(1));
}

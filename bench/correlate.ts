/**
 * `deno task bench:correlate`: ten correlations over 1,000,000 events, in memory. Each event is a
 * match of one of ten rules; matching itself is measured by `bench:match`.
 *
 * `pipeline_slowdown` is what the correlations of `rules/` cost in the pipeline of `bench:record`, on
 * node:sqlite: the same pages and the same rules, with and without what they mean together, its
 * state and its alerts. It is the median over rounds of what was measured in the same round.
 *
 * @module
 */
import {
  type CorrelationInput,
  Correlator,
  MemoryStore,
  parseSigma,
  type SigmaRule,
} from "../src/sigma/mod.ts";
import { ruleBundle } from "../src/cli/input/rule_bundle.ts";
import { nodeSql } from "../src/server/node_sql.ts";
import { RuleSet } from "../src/sigma/mod.ts";
import { median, printFigures } from "./figures.ts";
import { seededRandom } from "./match/random.ts";
import { syntheticRules, toSigma } from "./match/synthetic_rules.ts";
import { EVENTS_PER_PAGE } from "./record/pages.ts";
import { RecordBench } from "./record/record_bench.ts";

const EVENTS = Number(Deno.env.get("EVENTS") ?? 1_000_000);
const GROUPS = [1, 100, 10_000, 1_000_000];
const CORRELATIONS = 10;
/** How many events a page has: they are taken in together. */
const PAGE = 1_000;
/** How many different values there are. */
const VALUES = 1_800;
/** Between two events, in milliseconds. */
const STEP = 10;

const TYPES: Record<string, string> = {
  event_count: "condition: { gte: 50 }",
  value_count: "condition: { field: value, gte: 2500 }",
  temporal: "condition: { gte: 2 }",
};

interface Figures {
  perSecond: number;
  results: number;
  groups: number;
  bytesPerGroup: number;
}

/** Ten rules, and ten correlations over them; a temporal one is over two rules. */
function load(type: string, timespan: string) {
  const rules = Array.from(
    { length: CORRELATIONS },
    (_, index) =>
      `title: r${index}\nname: r${index}\nlogsource: { product: test }\n` +
      `detection: { selection: { kind: ${index} }, condition: selection }\n`,
  );
  const correlations = rules.map((_, index) =>
    `title: c${index}\nname: c${index}\ncorrelation:\n  type: ${type}\n  rules: [r${index}${
      type === "temporal" ? `, r${(index + 1) % CORRELATIONS}` : ""
    }]\n  group-by: [user]\n  timespan: ${timespan}\n  ${TYPES[type]}\n`
  );
  const parsed = parseSigma([...rules, ...correlations].join("---\n"));
  const limits = { maxGroups: Infinity, maxMatches: Infinity };
  return { ...parsed, correlator: new Correlator(parsed.correlations, parsed.rules, { limits }) };
}

function measure(type: string, groups: number, timespan: string): Figures {
  const { rules, correlator } = load(type, timespan);
  const matches = rules.map((rule: SigmaRule) => [{ rule }]);
  const random = seededRandom(11);
  const store = new MemoryStore();
  let results = 0;
  let spent = 0;
  const heap = heapUsed();
  for (let at = 0; at < EVENTS; at += PAGE) {
    const page = Array.from({ length: PAGE }, (_, index) => {
      const number = at + index;
      const user = `user-${Math.floor(random.next() * groups)}`;
      const value = `198.51.${Math.floor(number / CORRELATIONS) % VALUES}`;
      return { event: { user, value }, time: 1_764_000_000_000 + number * STEP, id: `${number}` };
    });
    const start = performance.now();
    const inputs: CorrelationInput[] = [];
    for (let index = 0; index < PAGE; index++) {
      correlator.collect(page[index]!, matches[(at + index) % CORRELATIONS]!, inputs);
    }
    const watermark = page.at(-1)!.time - 60_000;
    results += correlator.correlate(store, inputs, watermark).results.length;
    spent += performance.now() - start;
  }
  const held = correlator.stateKeys.reduce((sum, key) => sum + store.groups(key), 0);
  return {
    perSecond: EVENTS / spent * 1_000,
    results,
    groups: held,
    bytesPerGroup: (heapUsed() - heap) / Math.max(1, held),
  };
}

function heapUsed(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().heapUsed;
}

/** An idle group has one match and waits; nothing of it has expired. */
function idleGroup(): number {
  const { rules, correlator } = load("event_count", "30d");
  const store = new MemoryStore();
  const count = 200_000;
  const heap = heapUsed();
  for (let number = 0; number < count; number++) {
    const inputs: CorrelationInput[] = [];
    const occurrence = { event: { user: `user-${number}` }, time: number, id: `${number}` };
    correlator.collect(occurrence, [{ rule: rules[0]! }], inputs);
    correlator.correlate(store, inputs, 0);
  }
  const held = heapUsed() - heap;
  return held / store.groups(correlator.stateKeys[0]!);
}

/** How often the pipeline is measured with and without correlations, and on how many pages. */
const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 31);
const PAGES = 20;

/** What the correlations of `rules/` cost in the pipeline. */
async function pipeline(): Promise<{ slowdown: number; without: number; with: number }> {
  const { bundle } = await ruleBundle(["rules"]);
  const { rules, correlations = [], filters, placeholders = {} } = bundle;
  const synthetic = syntheticRules(3_000, seededRandom(7))
    .flatMap((rule) => parseSigma(toSigma(rule)).rules);
  const ruleSet = new RuleSet([...synthetic, ...rules], { filters, placeholders, baseRules: true });
  const correlator = new Correlator(correlations, ruleSet.rules);
  const folder = await Deno.makeTempDir({ prefix: "panoptes-bench-" });
  const steps = ["pipeline", "correlate"] as const;
  const times: Record<typeof steps[number], number[]> = { pipeline: [], correlate: [] };
  try {
    using without = nodeSql(`${folder}/without.db`);
    using together = nodeSql(`${folder}/with.db`);
    const benches = {
      pipeline: new RecordBench(without, ruleSet),
      correlate: new RecordBench(together, ruleSet, correlator),
    };
    for (let round = -2; round < ROUNDS; round++) {
      const spent = { pipeline: 0, correlate: 0 };
      for (const step of steps) benches[step].run("reset", 0, 0);
      heapUsed(); // what was left behind is not part of this round
      // Page by page in turn, so that other work of the machine affects both.
      for (let page = 0; page < PAGES; page++) {
        for (const step of (round + page) % 2 === 0 ? steps : steps.toReversed()) {
          const start = performance.now();
          benches[step].run(step, page, 1);
          spent[step] += performance.now() - start;
        }
      }
      if (round >= 0) { for (const step of steps) times[step].push(spent[step]); }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const perSecond = (step: typeof steps[number]) =>
    PAGES * EVENTS_PER_PAGE / median(times[step]) * 1_000;
  return {
    slowdown: median(times.correlate.map((ms, round) => ms / times.pipeline[round]!)),
    without: perSecond("pipeline"),
    with: perSecond("correlate"),
  };
}

const table: Record<string, Record<string, number>> = {};
const slowest: Record<string, number> = {};
for (const type of Object.keys(TYPES)) {
  for (const groups of GROUPS) {
    // With one group for each correlation, its window has all of the values.
    const figures = measure(type, groups, type === "temporal" ? "1m" : "10m");
    slowest[type] = Math.min(slowest[type] ?? Infinity, figures.perSecond);
    table[`${type}, groups: ${groups.toLocaleString("en")}`] = {
      "events/s": Math.round(figures.perSecond),
      results: figures.results,
      "groups held": figures.groups,
      "bytes/group": Math.round(figures.bytesPerGroup),
    };
  }
}
const inPipeline = await pipeline();
printFigures({
  title: `${CORRELATIONS} correlations, ${EVENTS.toLocaleString("en")} events, in memory`,
  table,
  notes: [
    "event_count_per_s and the others: the slowest row; bytes_per_group: with one match",
    `the pipeline: ${Math.round(inPipeline.without).toLocaleString("en")} events/s without the ` +
    `correlations of rules/, ${Math.round(inPipeline.with).toLocaleString("en")} with them`,
  ],
  result: {
    event_count_per_s: Math.round(slowest.event_count!),
    value_count_per_s: Math.round(slowest.value_count!),
    temporal_per_s: Math.round(slowest.temporal!),
    bytes_per_group: Math.round(idleGroup()),
    pipeline_slowdown: Number(inPipeline.slowdown.toFixed(2)),
  },
});

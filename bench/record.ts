/**
 * `deno task bench:record`: pages of 1,000 events through decode, check, record and match, on
 * node:sqlite and inside workerd.
 *
 * Recording is compared with plain inserts of rows that were made beforehand (see yardstick.ts), so
 * the making of rows is subtracted; a second figure includes it. Databases are emptied between
 * rounds and reused, as in a log that removes old events. Each ratio is the median over rounds of
 * what was measured in the same round.
 *
 * With `--cpu` it measures processor time instead of time, for a machine that is busy (Linux only).
 *
 * @module
 */
import { nodeSql } from "../src/server/node_sql.ts";
import { bundleWorker } from "../src/local/build_worker.ts";
import { parseSigma } from "../src/sigma/parse.ts";
import { BareWorkerd } from "../tests/support/bare_workerd.ts";
import { cpuTime } from "./cpu_time.ts";
import { median, printFigures } from "./figures.ts";
import { seededRandom } from "./match/random.ts";
import { syntheticRules, toSigma } from "./match/synthetic_rules.ts";
import { EVENTS_PER_PAGE, pageBytes } from "./record/pages.ts";
import { RecordBench, rulesOf, type Step } from "./record/record_bench.ts";
import { yardstick } from "./record/yardstick.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 21);
const WARM_UP = 2;
const PAGES = 20;
const EVENTS = PAGES * EVENTS_PER_PAGE;
const RULES = 3_000;

const rules = syntheticRules(RULES, seededRandom(7))
  .flatMap((rule) => parseSigma(toSigma(rule)).rules);
const ruleSet = rulesOf(rules);
/** What is measured of each log, in turn; steps without a name are not. */
const TURNS: readonly (readonly [name: string | undefined, step: Step])[] = [
  [undefined, "reset"],
  ["make", "make"],
  ["parse", "parse"],
  ["decode", "decode"],
  ["rows", "rows"],
  ["record", "record"],
  ["duplicate", "record"],
  [undefined, "reset"],
  ["pipeline", "pipeline"],
  [undefined, "reset"],
  ["alerts", "alerts"],
];

const folder = await Deno.makeTempDir({ prefix: "panoptes-bench-" });
await using workerd = await BareWorkerd.create({
  script: await bundleWorker("bench/record/worker.ts"),
  durableObjects: { BENCH: "BenchObject" },
});
using sql = nodeSql(`${folder}/log.db`);
using plain = yardstick(`${folder}/plain.db`, PAGES);
const here = new RecordBench(sql, ruleSet);

/** Milliseconds by name, one for each round. */
const times = new Map<string, number[]>();
/** Rows that workerd's storage wrote, on pages of 1,000 events. */
const written = { fresh: 0, duplicate: 0 };
try {
  workerd.start();
  await workerd.ready();
  await send("/rules", JSON.stringify(rules));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const note = (name: string, ms: number) => {
      if (round >= 0) times.set(name, [...times.get(name) ?? [], ms]);
    };
    // In turn, so that other work of the machine affects all of them.
    const parts = [onNode, onYardstick, inWorkerd];
    for (const part of round % 2 === 0 ? parts : parts.reverse()) await part(note);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
print();

type Note = (name: string, ms: number) => void;

function onNode(note: Note): void {
  for (const [name, step] of TURNS) {
    const ms = took(() => here.run(step, 0, PAGES));
    if (name !== undefined) note(`node ${name}`, ms);
  }
}

function onYardstick(note: Note): void {
  plain.reset();
  note("plain new", took(() => plain.insert()));
  note("plain duplicate", took(() => plain.insert()));
}

async function inWorkerd(note: Note): Promise<void> {
  for (const [name, step] of TURNS) {
    const start = now(workerd.pid!);
    const { rows } = await send(`/run?step=${step}&from=0&pages=${PAGES}`);
    if (name !== undefined) note(`workerd ${name}`, now(workerd.pid!) - start);
    if (name === "record") written.fresh = rows as number;
    if (name === "duplicate") written.duplicate = rows as number;
  }
}

async function send(path: string, body?: string): Promise<Record<string, unknown>> {
  const method = body === undefined ? "GET" : "POST";
  const response = await fetch(`${workerd.origin}${path}`, { method, ...(body && { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot measure in workerd: ${response.status} ${text}`);
  return text.startsWith("{") ? JSON.parse(text) : {};
}

function took(body: () => unknown): number {
  const start = now(Deno.pid);
  body();
  return now(Deno.pid) - start;
}

/** Milliseconds, of the clock or of all threads of a process. */
function now(process: number): number {
  if (!Deno.args.includes("--cpu")) return performance.now();
  return cpuTime(process);
}

/** The median over rounds of what `pick` computes from the times of one round. */
function medianOf(pick: (time: (name: string) => number) => number): number {
  return median(Array.from(
    { length: ROUNDS },
    (_, round) => pick((name) => times.get(name)![round]!),
  ));
}

function print(): void {
  const bytes = Math.round(pageBytes(0).length / EVENTS_PER_PAGE);
  /** What the log takes for the pages, minus another step, against plain inserts. */
  const against = (place: "node" | "workerd", step: "record" | "duplicate", minus: Step) =>
    round(medianOf((time) =>
      (time(`${place} ${step}`) - time(`${place} ${minus}`)) /
      time(`plain ${step === "record" ? "new" : "duplicate"}`)
    ));
  const toParse = (place: "node" | "workerd", step: Step) =>
    round(medianOf((time) =>
      (time(`${place} ${step}`) - time(`${place} make`)) /
      (time(`${place} parse`) - time(`${place} make`))
    ));
  printFigures({
    title: `${PAGES} pages of ${EVENTS_PER_PAGE} events of ${bytes} bytes, ` +
      `${RULES} rules, ${ROUNDS} rounds`,
    table: Object.fromEntries(
      [...times].filter(([name]) => !name.endsWith("make")).map(([name, all]) => {
        const ms = median(all);
        return [name, {
          "us/event": Number((ms / EVENTS * 1_000).toFixed(2)),
          "events/s": Math.round(EVENTS / ms * 1_000),
          "best round, us/event": Number((Math.min(...all) / EVENTS * 1_000).toFixed(2)),
        }];
      }),
    ),
    notes: [
      "against plain inserts, with the making of rows: " +
      `in workerd ${against("workerd", "record", "decode")} new, ` +
      `${against("workerd", "duplicate", "decode")} duplicate; ` +
      `on node:sqlite ${against("node", "record", "decode")} new, ` +
      `${against("node", "duplicate", "decode")} duplicate`,
    ],
    result: {
      record_ratio_vs_node_sqlite: against("workerd", "record", "rows"),
      rows_per_new_event: round(written.fresh / EVENTS),
      rows_per_duplicate: round(written.duplicate / EVENTS),
      pipeline_events_per_s: Math.round(EVENTS / medianOf((time) => time("node pipeline")) * 1_000),
      pipeline_vs_json_parse: toParse("node", "pipeline"),
      pipeline_with_alerts_vs_json_parse: toParse("node", "alerts"),
      pipeline_in_workerd_vs_json_parse: toParse("workerd", "pipeline"),
    },
  });
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
